//! What customers, persons and staff do to orders: each step reads an order, and writes it over that version
//! alone. Who was slower does it again on what it is by then, and is refused if it isn't possible any more.

use std::sync::Arc;

use beian::{
    FilingOrder, FilingPolicy, Lang, MobileNumber, OrderForm, OrderLife, OrderProblems, Roles,
    filing::{
        IdDocumentForm, PersonForm, ReturnReasons,
        checks::{Finding, OrderFacts, Severity},
    },
    host::Clock as _,
    tracker::{Fact, FactKind},
};
use beian_web::{
    clock::HostClock, idempotency::IdempotencyKey, order_id::OrderId, signing::SigningKey,
};
use chrono::{DateTime, Utc};

use crate::{
    order::{Event, Following, Found, KeptId, Line, Order, Polls, Seed, StepRefusal, Upload, hash},
    seal::{SealProblem, Sealed, Sealer},
    store::{Error, Linked, Page, Store, Wanted},
};

/// Everything that can be done to orders.
#[derive(Debug)]
pub struct Orders {
    /// Where they are kept.
    pub store: Arc<Store>,
    /// What seals ID numbers.
    pub sealer: Arc<Sealer>,
    /// What links are made with.
    pub signing: SigningKey,
    /// The one clock.
    pub clock: HostClock,
    /// What is refused, and what is advised.
    pub policy: FilingPolicy,
    /// How rounds are followed.
    pub following: Following,
}

/// Why nothing happened to an order.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// There is none of that id, or none that the caller may see.
    #[error("no such order")]
    NotFound,
    /// Its idempotency key was used for another one, or that one is over.
    #[error("the idempotency key was used before")]
    KeyReused,
    /// It can't be read as an order.
    #[error("the order can't be filed")]
    Problems(OrderProblems),
    /// It is refused.
    #[error("the order is refused")]
    Refused(Vec<Finding>),
    /// The step isn't possible.
    #[error(transparent)]
    Step(#[from] StepRefusal),
    /// An ID can't be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealProblem),
    /// The store.
    #[error(transparent)]
    Store(#[from] Error),
    /// No random bytes.
    #[error("no random bytes: {0}")]
    Entropy(#[from] getrandom::Error),
}

/// How often somebody else may be faster.
const TRIES: u32 = 16;

/// What a form says, checked.
struct Checked {
    filing: FilingOrder,
    facts: OrderFacts,
    findings: Vec<Found>,
}

impl Orders {
    /// Files an order: it is in the initial review. Under a key that an order was filed under before, that one.
    ///
    /// # Errors
    /// [`OrderError::Problems`], [`OrderError::Refused`], [`OrderError::KeyReused`]; the store.
    pub async fn file(
        &self,
        form: &OrderForm,
        facts: OrderFacts,
        key: Option<IdempotencyKey>,
    ) -> Result<Order, OrderError> {
        let key = key.map(|key| key.sealed(&self.signing));
        if let Some(key) = key
            && let Some(order) = self.filed_under(key).await?
        {
            return Ok(order);
        }
        let now = self.clock.now();
        let Checked {
            filing,
            facts,
            findings,
        } = self.check(form, facts, now)?;
        let mut random = [0; 5];
        getrandom::fill(&mut random)?;
        let id = OrderId::new(now, random);
        let (ids, seals) = self.seal_all(id, form, &[])?;
        let order = Order {
            id,
            version: 1,
            filed_at: now,
            filing,
            facts,
            findings,
            ids,
            texted: None,
            life: OrderLife::new(),
            upload: Upload::default(),
            round: None,
            reminders: Vec::new(),
            timeline: vec![Line {
                at: now,
                event: Event::Filed,
            }],
            link: Seed::draw()?,
            polls: Polls::default(),
        };
        let filed = self
            .store
            .file(&order, &seals, key, &self.signing, now)
            .await;
        match (filed, key) {
            (Ok(()), _) => Ok(order),
            // Another request under the key was faster.
            (Err(Error::Conflict), Some(key)) => {
                let order = self.filed_under(key).await?;
                Ok(order.ok_or(Error::Conflict)?)
            }
            (Err(error), _) => Err(error.into()),
        }
    }

    async fn filed_under(&self, key: IdempotencyKey) -> Result<Option<Order>, OrderError> {
        let Some((body, id)) = self.store.database().filed_under(key.key).await? else {
            return Ok(None);
        };
        let id = id.try_into().map_err(|_| Error::Malformed("order id"))?;
        let order = self.order(OrderId::from_bytes(id)).await?;
        if body != key.body || order.is_over() {
            return Err(OrderError::KeyReused);
        }
        Ok(Some(order))
    }

    /// The customer changes it. Of a person whose name stays, the ID may be left out.
    ///
    /// # Errors
    /// As [`file`](Self::file); [`OrderError::Step`] unless it is in the initial review or returned, or if it
    /// isn't the version that was seen, where one is named.
    pub async fn change(
        &self,
        id: OrderId,
        typed: OrderForm,
        facts: OrderFacts,
        seen: Option<i64>,
    ) -> Result<Order, OrderError> {
        let now = self.clock.now();
        for _ in 0..TRIES {
            let before = self.order(id).await?;
            if seen.is_some_and(|seen| seen != before.version) {
                return Err(StepRefusal::Changed.into());
            }
            let kept = self.kept(&before).await?;
            // What was left out is filled in anew each time: somebody else may have changed it.
            let mut form = typed.clone();
            fill_in(&mut form, &kept);
            // What isn't possible is said before what is wrong with the form.
            let mut after = before.clone();
            let unchanged = (before.filing.clone(), OrderFacts::default());
            after.change(
                unchanged.0,
                unchanged.1,
                Vec::new(),
                before.ids.clone(),
                now,
            )?;
            let checked = self.check(&form, facts.clone(), now)?;
            let (ids, seals) = self.seal_all(id, &form, &kept)?;
            let mut after = before.clone();
            after.change(checked.filing, checked.facts, checked.findings, ids, now)?;
            match self
                .store
                .save(&before, &after, &seals, &self.signing, now)
                .await
            {
                Ok(version) => return Ok(Order { version, ..after }),
                Err(Error::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict.into())
    }

    /// The form of an order, with the IDs left out.
    #[must_use]
    pub fn form_of(order: &Order) -> OrderForm {
        OrderForm::from(&order.filing)
    }

    /// The whole form, as it is handed to the regulator: the one place where seals are opened for others.
    ///
    /// # Errors
    /// [`OrderError::Seal`]; the store.
    pub async fn form_to_upload(&self, order: &Order) -> Result<OrderForm, OrderError> {
        let mut form = OrderForm::from(&order.filing);
        let kept = self.kept(order).await?;
        for (path, person) in paths_of(&mut form) {
            let kept = kept.iter().find(|kept| kept.path == path);
            let document = kept.and_then(|kept| kept.document.as_ref());
            person.id_document = document.ok_or(SealProblem::Broken)?.clone();
        }
        Ok(form)
    }

    fn check(
        &self,
        form: &OrderForm,
        facts: OrderFacts,
        now: DateTime<Utc>,
    ) -> Result<Checked, OrderError> {
        let filing = form
            .check_at(&self.policy, now)
            .map_err(OrderError::Problems)?;
        let known = facts.clone().with_ages(form, now);
        let findings = self.policy.findings(&filing, &known, now);
        let refused = |finding: &Finding| finding.severity() == Severity::Refused;
        if findings.iter().any(refused) {
            return Err(OrderError::Refused(findings));
        }
        let findings = findings.iter().map(found).collect();
        Ok(Checked {
            filing,
            facts,
            findings,
        })
    }

    /// The sealed IDs of an order, open.
    async fn kept(&self, order: &Order) -> Result<Vec<Kept>, OrderError> {
        let seals = self.store.seals(order.id).await?;
        let mut kept = Vec::new();
        for (path, _, person) in order.filing.persons() {
            let id = order.ids.iter().find(|id| id.path == path);
            let Some(sealed) = id.and_then(|id| seals.iter().find(|it| it.id == id.seal)) else {
                continue;
            };
            let document = self.sealer.open(order.id, sealed);
            if let Err(error) = &document {
                tracing::error!(%error, order = %order.id, "seal");
            }
            kept.push(Kept {
                path,
                name: person.name().to_owned(),
                mobile: person.mobile().digits().to_owned(),
                document: document.ok(),
                seal: sealed.id.clone(),
            });
        }
        Ok(kept)
    }

    /// Where each person's ID is sealed: as before, if it is the same, else in a new seal.
    fn seal_all(
        &self,
        order: OrderId,
        form: &OrderForm,
        kept: &[Kept],
    ) -> Result<(Vec<KeptId>, Vec<Sealed>), OrderError> {
        let (mut ids, mut seals) = (Vec::<KeptId>::new(), Vec::new());
        let mut form = form.clone();
        for (path, person) in paths_of(&mut form) {
            let free = |it: &&Kept| !ids.iter().any(|id| id.seal == it.seal);
            let same = kept
                .iter()
                .filter(free)
                .find(|it| it.document.as_ref() == Some(&person.id_document));
            let seal = if let Some(same) = same {
                same.seal.clone()
            } else {
                let sealed = self.sealer.seal(order, &person.id_document)?;
                let id = sealed.id.clone();
                seals.push(sealed);
                id
            };
            ids.push(KeptId { path, seal });
        }
        Ok((ids, seals))
    }

    /// One order.
    ///
    /// # Errors
    /// [`OrderError::NotFound`]; the store.
    pub async fn order(&self, id: OrderId) -> Result<Order, OrderError> {
        self.store.order(id).await?.ok_or(OrderError::NotFound)
    }

    /// Orders, newest first.
    ///
    /// # Errors
    /// The store.
    pub async fn list(&self, wanted: &Wanted) -> Result<Page, OrderError> {
        Ok(self.store.orders(wanted).await?)
    }

    /// Whose link this is. An expired one is nobody's.
    ///
    /// # Errors
    /// The store.
    pub async fn linked(&self, token: &str) -> Result<Option<Linked>, OrderError> {
        Ok(self.store.linked(hash(token)).await?)
    }

    /// Does something to an order, as often as somebody else was faster.
    ///
    /// # Errors
    /// What `step` says; the store.
    pub async fn amend(
        &self,
        id: OrderId,
        step: impl Fn(&mut Order, DateTime<Utc>) -> Result<(), StepRefusal> + Send + Sync,
    ) -> Result<Order, OrderError> {
        for _ in 0..TRIES {
            let before = self.order(id).await?;
            let mut after = before.clone();
            let now = self.clock.now();
            step(&mut after, now)?;
            match self
                .store
                .save(&before, &after, &[], &self.signing, now)
                .await
            {
                Ok(version) => return Ok(Order { version, ..after }),
                Err(Error::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict.into())
    }

    /// The initial review has passed, of the version that was seen.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn accept(&self, id: OrderId, seen: i64) -> Result<Order, OrderError> {
        self.amend(id, |order, now| order.accept(seen, now)).await
    }

    /// The platform gives it back.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn give_back(
        &self,
        id: OrderId,
        reasons: &ReturnReasons,
    ) -> Result<Order, OrderError> {
        let step = |order: &mut Order, now| order.give_back(reasons.clone(), now);
        self.amend(id, step).await
    }

    /// A returned order is handed in again, unchanged.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn resubmit(&self, id: OrderId) -> Result<Order, OrderError> {
        self.amend(id, Order::resubmit).await
    }

    /// It is taken back.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn withdraw(&self, id: OrderId) -> Result<Order, OrderError> {
        self.amend(id, Order::withdraw).await
    }

    /// What the administration has decided.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn decide(
        &self,
        id: OrderId,
        approved: bool,
        reasons: &ReturnReasons,
    ) -> Result<Order, OrderError> {
        let step = |order: &mut Order, now| order.decide(approved, reasons.clone(), now);
        self.amend(id, step).await
    }

    /// Staff say who is texted, or leave it to the rules.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn override_texted(
        &self,
        id: OrderId,
        roles: Option<Roles>,
    ) -> Result<Order, OrderError> {
        self.amend(id, |order, now| order.override_texted(roles, now))
            .await
    }

    /// Somebody's word; at an instant, or now.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn report(
        &self,
        id: OrderId,
        kind: FactKind,
        at: Option<DateTime<Utc>>,
    ) -> Result<Order, OrderError> {
        let following = self.following;
        let step = |order: &mut Order, now: DateTime<Utc>| {
            order.report(Fact::exact(kind, at.unwrap_or(now)), now, following)
        };
        self.amend(id, step).await
    }

    /// The word of a person by their link, while their round goes on.
    ///
    /// # Errors
    /// [`OrderError::NotFound`] if that is over.
    pub async fn report_by_link(
        &self,
        (id, round, place): (OrderId, u32, usize),
        kind: fn(MobileNumber) -> FactKind,
    ) -> Result<Order, OrderError> {
        let order = self.order(id).await?;
        let round = order.round.filter(|it| it.number == round);
        let mobile = round
            .and_then(|round| round.mobile(place))
            .ok_or(OrderError::NotFound)?;
        self.report(id, kind(mobile), None).await
    }

    /// The customer gets another link; the old one is void.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn renew_link(&self, id: OrderId) -> Result<Order, OrderError> {
        self.amend(id, |order, now| {
            order.link = Seed::draw()?;
            order.note(now, Event::LinkRenewed);
            Ok(())
        })
        .await
    }
}

/// An ID that is kept, open, and whose it is.
struct Kept {
    path: String,
    name: String,
    mobile: String,
    /// None, if the seal doesn't open: it has to be typed again.
    document: Option<IdDocumentForm>,
    seal: String,
}

fn found(finding: &Finding) -> Found {
    Found {
        field: finding.path().to_owned(),
        severity: finding.severity().name().to_owned(),
        code: finding.code().to_owned(),
        rule: finding.rule().to_owned(),
        source: finding.row().source.to_string(),
        texts: [Lang::Zh, Lang::En].map(|lang| finding.text(lang).into_owned()),
    }
}

/// The persons of a form, with their paths.
pub(crate) fn paths_of(form: &mut OrderForm) -> impl Iterator<Item = (String, &mut PersonForm)> {
    let leader = ("entity.leader".to_owned(), &mut form.entity.leader);
    let services = form.services.iter_mut().enumerate();
    let administrators = services.map(|(n, service)| {
        (
            format!("services[{n}].administrator"),
            &mut service.administrator,
        )
    });
    std::iter::once(leader).chain(administrators)
}

/// Whose ID wasn't typed again gets the one that is kept: of the person of that name; of several, of the one
/// with the same number, then of the one in the same place. Whose name is new has to give one.
fn fill_in(form: &mut OrderForm, kept: &[Kept]) {
    for (path, person) in paths_of(form) {
        if !person.id_document.number.trim().is_empty() {
            continue;
        }
        let kind = person.id_document.kind.trim();
        let of_kind = |it: &Kept| {
            let document = it.document.as_ref();
            kind.is_empty() || document.is_none_or(|document| same_kind(kind, &document.kind))
        };
        let of_name = |it: &&Kept| it.name == person.name.trim() && of_kind(it);
        let candidates: Vec<_> = kept.iter().filter(of_name).collect();
        let of_mobile = |it: &&&Kept| {
            let (given, known) = (MobileNumber::parse(&person.mobile), &it.mobile);
            given.is_ok_and(|given| given.digits() == known)
        };
        let of_place = |it: &&&Kept| it.path == path;
        let one = candidates.iter().find(of_mobile);
        let one = one.or_else(|| candidates.iter().find(of_place));
        let first = candidates.first();
        let alike =
            first.is_some_and(|first| candidates.iter().all(|it| it.document == first.document));
        let one = one.or(first.filter(|_| alike));
        if let Some(document) = one.and_then(|one| one.document.clone()) {
            person.id_document = document;
        }
    }
}

fn same_kind(given: &str, kept: &str) -> bool {
    use beian::IdDocumentKind;
    match (
        given.parse::<IdDocumentKind>(),
        kept.parse::<IdDocumentKind>(),
    ) {
        (Ok(given), Ok(kept)) => given == kept,
        _ => given == kept,
    }
}
