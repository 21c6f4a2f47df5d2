//! How the order gets to the regulator.

use std::borrow::Cow;

use beian::{Lang, regulator::ResultCode};
use beian_web::pages::when::When;

use crate::order::Order;

/// The latest submission.
pub(super) struct UploadView {
    pub(super) submission: u32,
    pub(super) unchanged: bool,
    pub(super) tries: u32,
    pub(super) first_try: Option<When>,
    pub(super) in_doubt: bool,
    pub(super) code: Option<(u16, Cow<'static, str>)>,
    pub(super) next_try: Option<When>,
    pub(super) regulator_id: Option<String>,
    /// It waits for its upload.
    pub(super) open: bool,
}

impl UploadView {
    /// `None` before the first one.
    pub(super) fn of(order: &Order, lang: Lang) -> Option<Self> {
        let upload = &order.upload;
        if upload.submission == 0 {
            return None;
        }
        let open = order.is_to_upload();
        let code = order.life.upload_code();
        Some(Self {
            submission: upload.submission,
            unchanged: upload.unchanged,
            tries: upload.tries,
            first_try: upload.first_try.map(When::exact),
            in_doubt: upload.in_doubt,
            code: code.map(|code| (code, ResultCode(code).text(lang))),
            next_try: upload.next_try.filter(|_| open).map(When::exact),
            regulator_id: upload.regulator_id.clone(),
            open,
        })
    }
}
