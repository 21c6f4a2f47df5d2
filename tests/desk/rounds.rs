//! The desk opens a round from whatever it is made of, and lets a host store a row of its own with it.

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    sync::Arc,
};

use beian::{
    FilingOrder, IdDocument, KeptIds, Opening, Person, Province, RecipientState, Refusal,
    RoundStatus, Rulebook, Update, VerificationPolicy,
    host::{HostError, MemoryStore, SaveError, SessionStore, block},
    testkit::seed,
};

use crate::support::{Down, FewCodes, LI, MINUTE, Store, Tap, World, view};

fn order(person: &str) -> FilingOrder {
    let id = IdDocument::passport("E12345678").unwrap();
    let leader = Person::new("张三", person, id).unwrap();
    let order = FilingOrder::deregister_entity(Province::Beijing, leader);
    order.build().unwrap()
}

/// As it comes back from a database: without an ID.
fn reread(order: &FilingOrder) -> FilingOrder {
    serde_json::from_str(&serde_json::to_string(order).unwrap()).unwrap()
}

#[test]
fn d13_d25_a_stored_order_is_opened_beside_the_other_rounds_of_its_number() {
    let keys = FewCodes { codes: 40 };
    let store = Arc::new(Tap::over(MemoryStore::default()));
    let world = World::over(store, keys, VerificationPolicy::REGULATOR);
    let filed = order(LI.mobile().digits());
    let ids = KeptIds::of(&filed, &keys).unwrap();
    let requirement = Rulebook::CURRENT.requirement(&reread(&filed));
    let recipients = requirement.recipients().unwrap();
    for id in 1..=5_u128 {
        let seed = seed(u64::try_from(id).unwrap());
        let opening = Opening::new(id, recipients, seed).with_ids(&ids);
        block(world.desk.open_round(&opening)).unwrap().unwrap();
        world.clock.advance(MINUTE);
    }
    world.dispatch();
    let resend = beian::ResendRequest::parse(LI.mobile().digits(), "345678");
    for _ in 0..2 {
        world.clock.advance(MINUTE);
        block(world.desk.resend(resend.as_ref().unwrap()))
            .unwrap()
            .unwrap();
        world.dispatch();
    }
    let codes: Vec<_> = (1..=5).flat_map(|id| world.codes(id, LI)).collect();
    assert_eq!(codes.len(), 15);
    assert_eq!(codes.iter().collect::<HashSet<_>>().len(), 15, "{codes:?}");

    let opening = Opening::new(5, recipients, seed(6)).with_ids(&ids);
    let again = block(world.desk.open_round(&opening)).unwrap();
    assert_eq!(again, Err(HostError::Exists));
}

/// A host's own reasons.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Own {
    #[error("the order was withdrawn meanwhile")]
    Withdrawn,
    #[error(transparent)]
    Store(#[from] Down),
}

async fn save(store: &Store, update: &Update) -> Result<(), SaveError<Own>> {
    match store.save(std::slice::from_ref(update)).await {
        Ok(()) => Ok(()),
        Err(SaveError::Conflict) => Err(SaveError::Conflict),
        Err(SaveError::Store(error)) => Err(SaveError::Store(error.into())),
    }
}

#[test]
fn d20_a_conflict_of_the_hosts_own_row_is_decided_again() {
    let world = World::new();
    let recipients = world.recipients(1);
    let opening = Opening::new(1, &recipients, seed(1));
    let tried = Cell::new(0);
    let opened = block(world.desk.open_with(&opening, async |update| {
        tried.set(tried.get() + 1);
        if tried.get() < 3 {
            world.clock.advance(MINUTE);
            return Err(SaveError::Conflict);
        }
        save(&world.store, &update).await
    }));
    assert_eq!(opened.unwrap().unwrap().opened_at(), world.now());
    assert_eq!(world.desk.counters().conflicts, 2);
    assert_eq!(world.stored(1).opened_at(), world.now());

    let opening = Opening::new(2, &recipients, seed(2));
    let never = block(
        world
            .desk
            .open_with(&opening, async |_| Err::<(), _>(SaveError::<Own>::Conflict)),
    );
    assert_eq!(never.unwrap(), Err(HostError::Conflict));
    assert_eq!(world.desk.counters().conflicts, 18, "16 tries more");
}

#[test]
fn d13_the_codes_of_a_round_that_was_faster_are_avoided() {
    let keys = FewCodes { codes: 40 };
    let store = Arc::new(Tap::over(MemoryStore::default()));
    let world = World::over(store, keys, VerificationPolicy::REGULATOR);
    let recipients = world.recipients(1);
    // The same seed under the other id would do: it is the first decision that nobody was beside.
    for number in 0..40_u128 {
        let opening = Opening::new(100 + number, &recipients, seed(1));
        let faster = Cell::new(false);
        let updates = RefCell::new(Vec::new());
        let opened = block(world.desk.open_with(&opening, async |update: Update| {
            updates.borrow_mut().push(update.clone());
            if !faster.replace(true) {
                world.open(200 + number, 1);
                return Err(SaveError::Conflict);
            }
            save(&world.store, &update).await
        }));
        opened.unwrap().unwrap();
        world.dispatch();
        let other = world.code(200 + number, LI);
        assert_ne!(world.code(100 + number, LI), other);
        for id in [100, 200] {
            block(world.desk.withdraw(id + number)).unwrap().unwrap();
        }
        let [first, second] = &updates.borrow()[..] else {
            panic!("one conflict, two decisions")
        };
        // The first decision would have had one of the other's codes.
        if postcard::to_allocvec(first.session()).unwrap()
            != postcard::to_allocvec(second.session()).unwrap()
        {
            return;
        }
    }
    panic!("no two rounds of forty had a code in common");
}

#[test]
fn a_write_may_refuse_with_a_reason_of_the_hosts_own() {
    let world = World::new();
    let recipients = world.recipients(1);
    let opening = Opening::new(1, &recipients, seed(1));
    let refuse = async |_| Err::<(), _>(SaveError::Store(Own::Withdrawn));
    let refused = block(world.desk.open_with(&opening, refuse)).unwrap();
    assert_eq!(refused, Err(HostError::Store(Own::Withdrawn)));
    assert_eq!(world.store.events(), []);

    world.open(1, 1);
    let refused = block(world.desk.withdraw_with(1, refuse)).unwrap();
    assert_eq!(refused, Err(HostError::Store(Own::Withdrawn)));
    assert!(world.status(1).is_open());
}

#[test]
fn d20_a_withdrawal_is_decided_again_on_the_session_as_it_is_then() {
    let world = World::new();
    world.text(1, 2);
    let (code, tried) = (world.code(1, LI), Cell::new(0));
    let withdrawn = block(world.desk.withdraw_with(1, async |update| {
        if tried.replace(1) == 0 {
            world.submit(LI, &code);
        }
        save(&world.store, &update).await
    }));
    let withdrawn = withdrawn.unwrap().unwrap();
    assert_eq!(withdrawn, world.stored(1));
    let state = view(&withdrawn, LI, |view| view.state());
    assert_eq!(state, RecipientState::Verified);
    let at = world.now();
    assert_eq!(withdrawn.status(), RoundStatus::Withdrawn { at });

    let again = block(
        world
            .desk
            .withdraw_with(1, async |update| save(&world.store, &update).await),
    );
    let refused = HostError::Refused(Refusal::NotWithdrawable);
    assert_eq!(again.unwrap(), Err(refused));
}

#[test]
fn the_futures_of_a_desk_are_sent_between_threads() {
    fn sent<T: Send>(future: T) {
        drop(future);
    }
    let world = World::new();
    let recipients = world.recipients(1);
    let opening = Opening::new(1, &recipients, seed(1));
    let write = |update: Update| {
        let store = world.store.clone();
        async move { save(&store, &update).await }
    };
    sent(world.desk.open_round(&opening));
    sent(world.desk.open_with(&opening, write));
    sent(world.desk.withdraw_with(1, write));
    sent(world.desk.dispatch(&world.sender));
}
