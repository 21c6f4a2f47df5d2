//! How a life is stored: versioned, and read back if steps lead there.

use alloc::{string::String, vec::Vec};

use super::{OrderLife, OrderStatus, ReturnReason, ReturnReasons, order_life::Stage};
use crate::{
    ModifiedPart, ReturnCause,
    filing::read,
    version::{first_only, write_first},
};

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct V1 {
    rounds: u32,
    exempt: bool,
    stage: Stage,
    #[serde(default)]
    reasons: Vec<StoredReason>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredReason {
    #[serde(deserialize_with = "read::text")]
    field: String,
    #[serde(default, deserialize_with = "read::optional")]
    path: Option<String>,
    #[serde(deserialize_with = "read::text")]
    words: String,
    #[serde(default, deserialize_with = "read::text")]
    advice: String,
}

impl serde::Serialize for OrderLife {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reason = |reason: &ReturnReason| StoredReason {
            field: reason.field.clone(),
            path: reason.path.clone(),
            words: reason.words.clone(),
            advice: reason.advice.clone(),
        };
        let stored = V1 {
            rounds: self.rounds,
            exempt: self.exempt,
            stage: self.stage,
            reasons: self.reasons.iter().map(reason).collect(),
        };
        write_first(serializer, &stored)
    }
}

impl<'de> serde::Deserialize<'de> for OrderLife {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored: V1 = first_only(deserializer, "stored life")?;
        let reason = |stored: StoredReason| {
            let reason = ReturnReason::new(&stored.field, &stored.words).advice(&stored.advice);
            match stored.path {
                Some(path) => reason.at(&path),
                None => reason,
            }
        };
        let reasons: ReturnReasons = stored.reasons.into_iter().map(reason).collect();
        let life = Self {
            rounds: stored.rounds,
            exempt: stored.exempt,
            stage: stored.stage,
            reasons: ReturnReasons::NONE,
        };
        life.possible_history().map_err(serde::de::Error::custom)?;
        Ok(life.with_reasons(reasons))
    }
}

impl OrderLife {
    /// Whether steps lead here, for what comes out of a store.
    fn possible_history(&self) -> Result<(), &'static str> {
        let reached = self.reached();
        let submitted = match reached {
            OrderStatus::InitialReview => false,
            OrderStatus::SmsVerification | OrderStatus::AdministrationReview => true,
            OrderStatus::AwaitingSubmission if !matches!(self.stage, Stage::Withdrawn(_)) => false,
            OrderStatus::AwaitingSubmission
            | OrderStatus::UploadFailed
            | OrderStatus::Approved
            | OrderStatus::CorrectionRequired
            | OrderStatus::Returned
            | OrderStatus::Withdrawn
            | OrderStatus::Deregistered => {
                return Err("an order can't be withdrawn from where it is over or returned");
            }
        };
        if self.stage == Stage::CorrectionRequired(ModifiedPart::Remarks) {
            return Err("no correction is required of remarks");
        }
        // What is refused on submission may be before its first round, or in one in which nobody verifies.
        let refused = self.stage == Stage::Returned(ReturnCause::SubmissionRefused);
        if self.rounds == 0 && (self.exempt || submitted && !refused) {
            return Err("an order that was submitted has at least one round");
        }
        if self.exempt && reached == OrderStatus::SmsVerification && !refused {
            return Err("nobody verifies in this round, so there is no SMS verification");
        }
        Ok(())
    }
}
