//! Many messages at once, at a gateway that takes its time: in time that passes only when everybody waits.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use beian::{
    Message, MessageId, SessionId,
    host::{
        Clock as _, Desk, Dispatched, DynSmsSender, HostError, Leased, SendOutcome,
        SessionStore as _, SmsSender, block,
    },
    testkit::{ManualClock, Scripted, Sent, keys},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::support::{MICROSECOND, MINUTE, Meddling, Store, Unreachable, Waiting, World, poll_for};

const SECOND: TimeDelta = TimeDelta::seconds(1);

/// A clock that goes on when everybody waits for it.
#[derive(Clone)]
struct Time(ManualClock, Arc<Mutex<BTreeMap<DateTime<Utc>, Vec<Waker>>>>);

/// Whether a future has to be polled.
struct Flag(AtomicUsize);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(1, Ordering::Relaxed);
    }
}

impl Time {
    fn of(world: &World) -> Self {
        Self(world.clock.clone(), Arc::default())
    }

    async fn sleep(&self, span: TimeDelta) {
        let until = self.0.now() + span;
        poll_fn(|context| {
            if self.0.now() >= until {
                return Poll::Ready(());
            }
            let mut sleepers = self.1.lock().unwrap();
            sleepers
                .entry(until)
                .or_default()
                .push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Until all have ended; none is polled that wasn't woken.
    fn run<'a, T>(
        &self,
        futures: impl IntoIterator<Item = Pin<Box<dyn Future<Output = T> + 'a>>>,
    ) -> Vec<T> {
        let mut running: Vec<_> = futures
            .into_iter()
            .map(|future| (future, Arc::new(Flag(AtomicUsize::new(1)))))
            .collect();
        let mut ended = Vec::new();
        while !running.is_empty() {
            let mut moved = false;
            running.retain_mut(|(future, flag)| {
                if flag.0.swap(0, Ordering::Relaxed) == 0 {
                    return true;
                }
                moved = true;
                let waker = Waker::from(Arc::clone(flag));
                match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    Poll::Ready(output) => ended.push(output),
                    Poll::Pending => return true,
                }
                false
            });
            if !moved {
                let next = self.1.lock().unwrap().pop_first();
                let (then, wakers) = next.unwrap();
                self.0.advance(then - self.0.now());
                wakers.into_iter().for_each(Waker::wake);
            }
        }
        ended
    }
}

/// A gateway that takes as long for every message.
struct Slow<'a> {
    world: &'a World,
    time: &'a Time,
    takes: TimeDelta,
    longest: Option<TimeDelta>,
    now: Mutex<HashSet<SessionId>>,
    most: AtomicUsize,
}

impl<'a> Slow<'a> {
    fn new(world: &'a World, time: &'a Time, takes: TimeDelta) -> Self {
        Self {
            world,
            time,
            takes,
            longest: None,
            now: Mutex::default(),
            most: AtomicUsize::default(),
        }
    }
}

impl SmsSender for Slow<'_> {
    async fn send(&self, message: &Message) -> SendOutcome {
        let session = message.id().session;
        let now = {
            let mut now = self.now.lock().unwrap();
            assert!(now.insert(session), "one message of a round at a time");
            now.len()
        };
        self.most.fetch_max(now, Ordering::Relaxed);
        self.time.sleep(self.takes).await;
        self.now.lock().unwrap().remove(&session);
        self.world.sender.send(message).await
    }

    fn longest_send(&self) -> Option<TimeDelta> {
        self.longest
    }
}

fn world_of(rounds: u128, persons: u16) -> World {
    let world = World::new();
    for id in 1..=rounds {
        world.open(id, persons);
    }
    world
}

fn sent_once(world: &World, messages: usize) {
    let sent = world.sender.sent();
    let keys: HashSet<_> = sent.iter().map(Sent::id).collect();
    assert_eq!((sent.len(), keys.len()), (messages, messages));
}

/// How long it takes so many hosts, each with so many messages in flight.
fn drained(
    world: &World,
    desk: impl Fn(Desk<Store>) -> Desk<Store>,
    hosts: usize,
    takes: TimeDelta,
) -> (TimeDelta, usize) {
    let (began, time) = (world.now(), Time::of(world));
    let gateway = Slow::new(world, &time, takes);
    let desks: Vec<_> = (0..hosts).map(|_| desk(world.another(keys()))).collect();
    let calls = desks
        .iter()
        .map(|desk| -> Pin<Box<dyn Future<Output = _>>> { Box::pin(desk.dispatch(&gateway)) });
    let done: Vec<Dispatched> = time.run(calls).into_iter().map(Result::unwrap).collect();
    assert!(
        done.iter()
            .all(|done| done.slow.is_empty() && done.left_out.is_empty())
    );
    (world.now() - began, gateway.most.into_inner())
}

/// What one can't do at once another can have.
#[test]
fn d12_several_hosts_share_a_backlog_to_its_end_and_send_nothing_twice() {
    let ms = TimeDelta::milliseconds;
    // Messages, hosts, in flight, lease, how long one takes, how long all take.
    let rows = [
        (68, 3, 1, 30_000, 1_200, 27_600),
        (24, 8, 1, 2_000, 300, 900),
        (24, 8, 1, 2_000, 900, 2_700),
        (160, 1, 16, 30_000, 200, 2_000),
        (160, 3, 16, 2_000, 200, 800),
        (1_000, 1, 256, 1_000, 400, 1_600),
        (1, 2, 16, 1_000, 400, 400),
    ];
    for (messages, hosts, in_flight, lease, takes, all) in rows {
        let world = world_of(messages, 1);
        let desk = |desk: Desk<Store>| desk.in_flight(in_flight).lease(ms(lease));
        let (took, most) = drained(&world, desk, hosts, ms(takes));
        sent_once(&world, usize::try_from(messages).unwrap());
        assert_eq!(
            took,
            ms(all),
            "{messages} messages, {hosts} hosts, {in_flight} in flight"
        );
        let places = hosts * usize::from(in_flight);
        assert_eq!(most, places.min(usize::try_from(messages).unwrap()));
    }
}

#[test]
fn d12_one_message_a_person_and_those_of_a_round_one_after_the_other() {
    let world = world_of(3, 4);
    let (took, most) = drained(&world, |desk| desk.in_flight(16), 2, SECOND);
    sent_once(&world, 12);
    assert_eq!((took, most), (SECOND * 4, 3));
}

/// Ten messages of 20 seconds each under a lease of 30, which another host would take at its end.
#[test]
fn d12_a_lease_is_renewed_before_a_message_that_could_outlast_it() {
    for (rounds, persons) in [(10, 1), (1, 10)] {
        let world = world_of(rounds, persons);
        let time = Time::of(&world);
        let mut gateway = Slow::new(&world, &time, SECOND * 20);
        gateway.longest = Some(SECOND * 20);
        let desk = world.another(keys()).in_flight(2);
        let others = async {
            for _ in 0..400 {
                time.sleep(TimeDelta::milliseconds(500)).await;
                // Whoever asks gets what isn't leased; of this, nothing is being sent.
                let due = world.store.lease_due(world.now(), 100, TimeDelta::zero());
                let due = due.await.unwrap();
                let under_way = gateway.now.lock().unwrap();
                let taken = |leased: &Leased| under_way.contains(&leased.lease.session);
                assert!(!due.iter().any(taken), "{persons} in a round");
            }
            None
        };
        let call = async { Some(desk.dispatch(&gateway).await.unwrap()) };
        let done = time.run([
            Box::pin(others) as Pin<Box<dyn Future<Output = _>>>,
            Box::pin(call),
        ]);
        let done = done.into_iter().flatten().next().unwrap();
        assert_eq!(
            (done.accepted, done.slow.len()),
            (10, 0),
            "{persons} in a round"
        );
        sent_once(&world, 10);
    }
}

/// Each takes half of the lease, as long as a sender may that says nothing: at the end of the second the first
/// lease is over.
#[test]
fn d12_a_lease_that_would_end_with_a_message_is_renewed_before_it() {
    let world = world_of(1, 2);
    let half = |_: &Message| {
        world.clock.advance(SECOND * 15);
        let due = world.store.lease_due(world.now(), 1, TimeDelta::zero());
        assert_eq!(block(due).unwrap().unwrap(), []);
    };
    let done = block(world.desk.dispatch(&Meddling(&world.sender, half)));
    let done = done.unwrap().unwrap();
    assert_eq!((done.accepted, done.slow.len()), (2, 0));
}

#[test]
fn d12_a_lease_that_another_host_has_by_now_is_left_to_it() {
    let world = world_of(1, 2);
    world.sender.script([Scripted::Hang, Scripted::Accept]);
    let other = world.another(keys());
    let mut others = Box::pin(other.dispatch(&world.sender));
    // The first message takes longer than the lease, and longer than the sender says: the other sends it
    // again meanwhile, and waits for the answer.
    let first = |_: &Message| {
        assert!(world.sender.sent().is_empty());
        world.clock.advance(SECOND * 30);
        assert!(poll_for(others.as_mut(), 1).is_none());
    };
    let first = Mutex::new(first);
    let slow = |message: &Message| (first.lock().unwrap())(message);
    let call = block(world.desk.dispatch(&Meddling(&world.sender, slow)));
    let done = call.unwrap().unwrap();
    assert_eq!((done.accepted, done.slow.len()), (1, 1));
    assert_eq!(world.desk.counters().slow, 1);
    world.sender.release(SendOutcome::Accepted);
    assert_eq!(poll_for(others.as_mut(), 1).unwrap().unwrap().accepted, 2);
    let sent = world.sender.sent();
    let sent: Vec<_> = sent.iter().map(|sent| sent.id().recipient).collect();
    assert_eq!(sent, [0, 0, 1]);
}

#[test]
fn a_sender_that_takes_longer_than_it_said_is_named() {
    let world = world_of(1, 1);
    let time = Time::of(&world);
    let ms = TimeDelta::milliseconds;
    // What it says, what it takes, whether that is too long.
    for (says, takes, slow) in [
        (Some(ms(400)), ms(400), false),
        (Some(ms(400)), ms(401), true),
        (None, ms(500), false),
        (None, ms(501), true),
        (Some(-SECOND), ms(1), true),
    ] {
        world.sender.script([Scripted::Defer]);
        let mut gateway = Slow::new(&world, &time, takes);
        gateway.longest = says;
        let desk = world.another(keys()).lease(SECOND);
        let call: Pin<Box<dyn Future<Output = _>>> = Box::pin(desk.dispatch(&gateway));
        let done = time.run([call]).remove(0).unwrap();
        let named = done.slow.iter().map(|id| id.recipient).collect::<Vec<_>>();
        assert_eq!(named, vec![0; usize::from(slow)], "{says:?} {takes}");
        assert_eq!(desk.counters().slow, u64::from(slow));
        world.clock.advance(MINUTE * 30);
    }
}

/// Half of the lease.
#[test]
fn a_sender_that_says_nothing_may_take_its_time() {
    for (takes, slow) in [(SECOND * 15, 0), (SECOND * 15 + MICROSECOND, 1)] {
        let world = world_of(1, 1);
        let gateway = Meddling(&world.sender, |_: &Message| world.clock.advance(takes));
        let done = block(world.desk.dispatch(&gateway)).unwrap().unwrap();
        assert_eq!((done.accepted, done.slow.len()), (1, slow), "{takes}");
    }
}

#[test]
fn a_send_that_may_outlast_its_lease_is_an_error_and_nothing_is_leased() {
    let world = world_of(1, 1);
    let time = Time::of(&world);
    let mut gateway = Slow::new(&world, &time, SECOND);
    gateway.longest = Some(SECOND * 30);
    // Behind whatever pointer, and chosen at run time.
    let chosen: Box<dyn DynSmsSender + '_> = Box::new(Arc::new(&gateway));
    let error = poll_for(world.desk.dispatch(&chosen), 1);
    let error = error.unwrap().unwrap_err();
    assert_eq!(
        error,
        HostError::LeaseTooShort {
            longest_send: SECOND * 30,
            lease: SECOND * 30
        },
    );
    assert_eq!(
        error.to_string(),
        "a send may take 30000 ms, and a lease of 30000 ms has to outlive it"
    );
    assert_eq!(world.dispatch().accepted, 1);
}

#[test]
fn a_message_that_is_never_answered_keeps_its_own_place_alone() {
    let world = world_of(100, 1);
    world.sender.script([Scripted::Accept, Scripted::Hang]);
    let desk = world.another(keys()).in_flight(2);
    let mut call = Box::pin(desk.dispatch(&world.sender));
    assert!(poll_for(call.as_mut(), 1_000).is_none());
    let answered = |world: &World| {
        let sent = world.sender.sent();
        sent.iter().filter(|sent| sent.outcome().is_some()).count()
    };
    assert_eq!((world.sender.sent().len(), answered(&world)), (100, 99));
    world.sender.release(SendOutcome::Accepted);
    assert_eq!(poll_for(call.as_mut(), 1).unwrap().unwrap().accepted, 100);
    sent_once(&world, 100);
}

/// While answers of the store are under way, more may come than there are places for, which is no sign that
/// nothing is left.
#[test]
fn what_finds_no_place_does_not_end_a_call() {
    let world = world_of(300, 1);
    world.store.waits.store(true, Ordering::Relaxed);
    drained(&world, |desk| desk.in_flight(16), 1, SECOND);
    sent_once(&world, 300);
}

/// All places become free at about the same time: a sixteenth of them is asked for at once, not each.
#[test]
fn what_becomes_free_together_is_asked_for_together() {
    let world = world_of(256, 1);
    world.store.waits.store(true, Ordering::Relaxed);
    drained(&world, |desk| desk.in_flight(64), 1, SECOND);
    sent_once(&world, 256);
    let asked = world.store.asked.load(Ordering::Relaxed);
    assert!(asked <= 256 / 3, "{asked}");
}

#[test]
fn one_place_of_many_is_used_while_the_others_wait() {
    let world = world_of(100, 1);
    world.sender.script([Scripted::Hang; 39]);
    let desk = world.another(keys()).in_flight(40);
    assert!(poll_for(desk.dispatch(&world.sender), 1_000).is_none());
    sent_once(&world, 100);
}

/// Never answers the first, and counts how often it is asked.
struct Silent<'a>(&'a World, AtomicUsize);

impl SmsSender for Silent<'_> {
    async fn send(&self, message: &Message) -> SendOutcome {
        if message.id().session == SessionId::from(1) {
            return poll_fn(|_| {
                self.1.fetch_add(1, Ordering::Relaxed);
                Poll::Pending
            })
            .await;
        }
        Waiting(&self.0.sender).send(message).await
    }
}

#[test]
fn what_waits_is_not_asked_until_it_is_woken() {
    let world = world_of(100, 1);
    let desk = world.another(keys()).in_flight(8);
    let silent = Silent(&world, AtomicUsize::default());
    let mut call = Box::pin(desk.dispatch(&silent));
    let waker = Waker::from(Arc::new(Flag(AtomicUsize::default())));
    for _ in 0..1_000 {
        let polled = call.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
    }
    drop(call);
    assert_eq!((world.sender.sent().len(), silent.1.into_inner()), (99, 1));
}

#[test]
fn d12_a_call_that_is_dropped_leaves_at_most_what_was_in_flight_in_doubt() {
    let world = world_of(50, 1);
    world.sender.script([Scripted::Accept; 3]);
    world.sender.script([Scripted::Hang; 8]);
    let desk = world.another(keys()).in_flight(8);
    assert!(poll_for(desk.dispatch(&world.sender), 1_000).is_none());
    let codes = |world: &World| -> BTreeMap<_, BTreeSet<_>> {
        let mut codes = BTreeMap::<_, BTreeSet<_>>::new();
        for sent in world.sender.sent() {
            codes
                .entry(sent.id().to_string())
                .or_default()
                .insert(sent.code().to_owned());
        }
        codes
    };
    assert_eq!(codes(&world).len(), 11);
    world.clock.advance(SECOND * 30);
    assert_eq!(world.dispatch().accepted, 47);
    // Those in doubt once more, under their key and with their code.
    assert_eq!(world.sender.sent().len(), 50 + 8);
    assert_eq!(codes(&world).len(), 50);
    assert!(codes(&world).values().all(|codes| codes.len() == 1));
}

/// Leaves the gateway alone until an instant, after so many tries that fail.
struct Resting<'a> {
    world: &'a World,
    until: DateTime<Utc>,
    tries: AtomicUsize,
}

impl SmsSender for Resting<'_> {
    async fn send(&self, message: &Message) -> SendOutcome {
        let left = self.until - self.world.now();
        if left <= TimeDelta::zero() {
            return self.world.sender.send(message).await;
        }
        let (set, get) = (Ordering::Relaxed, Ordering::Relaxed);
        match self
            .tries
            .fetch_update(set, get, |tries| tries.checked_sub(1))
        {
            Ok(_) => SendOutcome::Deferred,
            Err(_) => SendOutcome::NotTried {
                again_in: left.min(SECOND * 4),
            },
        }
    }
}

/// Leaves the gateway alone for the first.
struct NotTheFirst<'a>(&'a World);

impl SmsSender for NotTheFirst<'_> {
    async fn send(&self, message: &Message) -> SendOutcome {
        if message.id().session == SessionId::from(1) {
            return SendOutcome::NotTried { again_in: SECOND };
        }
        self.0.sender.send(message).await
    }
}

#[test]
fn a_call_that_hears_to_leave_the_gateway_alone_begins_nothing_else() {
    let world = world_of(1, 1);
    // The first in vain, so that it isn't what a lease for one gets next.
    block(world.another(Unreachable).dispatch(&world.sender))
        .unwrap()
        .unwrap();
    world.clock.advance(SECOND * 30);
    for id in 2..=100 {
        world.open(id, 1);
    }
    let desk = world.another(keys()).in_flight(2);
    let done = block(desk.dispatch(&NotTheFirst(&world))).unwrap().unwrap();
    assert_eq!((done.not_tried, done.accepted), (1, 1));
    assert_eq!(done.next, world.now() + SECOND);
}

/// What is leased for it meanwhile is given back, and not begun.
#[test]
fn what_comes_after_that_is_given_back() {
    let world = world_of(100, 1);
    world.store.waits.store(true, Ordering::Relaxed);
    world.sender.script([Scripted::Accept; 16]);
    let desk = world.another(keys()).in_flight(16);
    let later = AtomicUsize::default();
    let gateway = NotAfter(&world, 17, &later);
    let done = poll_for(desk.dispatch(&gateway), 10_000).unwrap().unwrap();
    // What was begun before it was heard is heard out.
    assert!(
        done.not_tried == 1 && (16..20).contains(&done.accepted),
        "{done:?}"
    );
    // Nobody else waits for the end of a lease.
    world.store.waits.store(false, Ordering::Relaxed);
    assert_eq!(world.dispatch().accepted, 100 - done.accepted);
}

/// Takes so many messages, and leaves the gateway alone then.
struct NotAfter<'a>(&'a World, usize, &'a AtomicUsize);

impl SmsSender for NotAfter<'_> {
    async fn send(&self, message: &Message) -> SendOutcome {
        if self.2.fetch_add(1, Ordering::Relaxed) + 1 == self.1 {
            return SendOutcome::NotTried { again_in: SECOND };
        }
        self.0.sender.send(message).await
    }
}

#[test]
fn d11_only_a_real_try_costs_a_pause() {
    let world = world_of(100, 1);
    let desk = world.another(keys()).in_flight(16);
    let gateway = Resting {
        world: &world,
        until: world.now() + SECOND * 6,
        tries: AtomicUsize::new(2),
    };
    let dispatch = || block(desk.dispatch(&gateway)).unwrap().unwrap();
    let versions = || {
        (1..=100)
            .filter(|id| world.stored(*id).version() > 1)
            .count()
    };
    let done = dispatch();
    assert_eq!((done.deferred, done.accepted), (2, 0));
    // What was leased with it is heard out, and nothing else is begun.
    assert!((1..=14).contains(&done.not_tried), "{}", done.not_tried);
    assert_eq!(desk.counters().not_tried, done.not_tried);
    assert_eq!((done.next, versions()), (world.now() + SECOND * 4, 2));
    // Given back: nobody waits for the end of a lease.
    world.clock.advance(SECOND * 4);
    assert_eq!(dispatch().next, world.now() + SECOND * 2);
    world.clock.advance(SECOND * 2);
    assert_eq!(dispatch().accepted, 98);
    world.clock.advance(SECOND * 54);
    assert_eq!(dispatch().accepted, 2, "a real try costs a minute");
    sent_once(&world, 100);
}

#[test]
fn when_the_store_fails_what_is_in_flight_is_heard_out_and_nothing_is_begun() {
    let world = world_of(10, 1);
    let desk = world.another(keys()).in_flight(4);
    let mends = |message: &Message| {
        let first = world.sender.sent().is_empty();
        world.store.down.store(first, Ordering::Relaxed);
        assert_eq!(
            message.id(),
            MessageId {
                attempt: 0,
                ..message.id()
            }
        );
    };
    let failed = block(desk.dispatch(&Meddling(&world.sender, mends))).unwrap();
    assert!(matches!(failed, Err(HostError::Store(_))));
    assert_eq!(
        (world.sender.sent().len(), desk.counters().accepted),
        (4, 4)
    );
    world.clock.advance(SECOND * 30);
    assert_eq!(world.dispatch().accepted, 7);
    assert_eq!(world.sender.sent().len(), 11);
}

#[test]
fn what_is_due_again_in_the_same_call_is_due_at_once() {
    let world = world_of(2, 1);
    world.sender.script([Scripted::Defer; 2]);
    let desk = world.another(keys()).lease(SECOND);
    let slow = |_: &Message| world.clock.advance(MINUTE * 2);
    let done = block(desk.dispatch(&Meddling(&world.sender, slow)))
        .unwrap()
        .unwrap();
    assert_eq!((done.deferred, done.next), (2, world.now()));
    assert_eq!(world.dispatch().accepted, 1, "given back");
}

/// With one place, and with a few that become free one by one.
#[test]
fn d20_those_in_vain_have_their_turn_while_others_wait() {
    for in_flight in [1, 3] {
        let world = world_of(3, 1);
        let keyless = world.another(Unreachable);
        let done = block(keyless.dispatch(&world.sender)).unwrap().unwrap();
        assert_eq!(done.left_out.len(), 3);
        // Due before their lease is over.
        for id in 4..=200 {
            world.open(id, 1);
        }
        world.clock.advance(SECOND * 30);
        let desk = |desk: Desk<Store>| desk.in_flight(in_flight);
        drained(&world, desk, 1, SECOND);
        sent_once(&world, 200);
        let sent = world.sender.sent();
        let in_vain = |sent: &Sent| sent.id().session <= SessionId::from(3);
        let sent = sent.iter().enumerate().filter(|(_, sent)| in_vain(sent));
        let places: Vec<_> = sent.map(|(place, _)| place).collect();
        if in_flight == 1 {
            assert_eq!(places, [15, 31, 47]);
        } else {
            assert!(places[2] < 3 * 16, "{places:?}");
        }
    }
}
