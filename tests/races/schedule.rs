//! Who goes next: every choice, one after the other.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use beian::{
    host::{Clock as _, Desk, SendOutcome},
    testkit::{ManualClock, keys},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    race::{Answer, Answers, Call, Field, Start, act},
    store::{Fault, Store},
};

/// Of the host of this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its next effect.
    Goes(usize),
    /// Its next effect is a message, which the gateway doesn't accept.
    Refused(usize, SendOutcome),
    /// Its future is dropped where it is.
    Crashes(usize),
}

/// How much goes wrong in one interleaving, at most.
#[derive(Clone, Copy, Debug)]
pub struct Trouble {
    pub crashes: usize,
    /// Messages that the gateway defers or refuses.
    pub refusals: usize,
}

/// One interleaving, from the start to after the recovery.
pub struct Run<'a> {
    pub field: &'a Field,
    pub calls: &'a [Call],
    pub steps: Vec<Step>,
    pub answers: Vec<Answer>,
    pub store: Store,
    pub now: DateTime<Utc>,
}

impl Run<'_> {
    /// How many hosts crashed in one of these calls, as this person.
    pub fn crashed(&self, which: impl Fn(usize, Call) -> bool) -> usize {
        let crashed =
            |step: &&Step| matches!(step, Step::Crashes(host) if which(*host, self.calls[*host]));
        self.steps.iter().filter(crashed).count()
    }
}

/// Depth first. Futures can't be copied, so each interleaving is played from the start, along the
/// choices of the one before as far as they are the same.
pub fn every_interleaving(
    start: Start,
    calls: &[Call],
    trouble: Trouble,
    fault: Fault,
    mut each: impl FnMut(&Run<'_>),
) {
    let field = Arc::new(start.field());
    let mut choices = Vec::new();
    loop {
        each(&play(&field, calls, trouble, fault, &mut choices));
        while choices.last().is_some_and(|(taken, of)| taken + 1 == *of) {
            choices.pop();
        }
        let Some((taken, _)) = choices.last_mut() else {
            return;
        };
        *taken += 1;
    }
}

/// Takes the choices there are, and from then on always the first; each with how many there were.
fn play<'a>(
    field: &'a Arc<Field>,
    calls: &'a [Call],
    trouble: Trouble,
    fault: Fault,
    choices: &mut Vec<(usize, usize)>,
) -> Run<'a> {
    let store = Store::of(&field.sessions, fault);
    let clock = ManualClock::default();
    clock.set(field.now);
    let answers = Answers::default();
    let host = |(n, call): (usize, &Call)| -> Option<Pin<Box<dyn Future<Output = ()>>>> {
        let (field, store, clock) = (field.clone(), store.clone(), clock.clone());
        Some(Box::pin(act(
            field,
            n,
            *call,
            store,
            clock,
            answers.clone(),
        )))
    };
    let mut hosts: Vec<_> = calls.iter().enumerate().map(host).collect();
    let mut steps: Vec<Step> = Vec::new();
    let mut sends_next = vec![false; hosts.len()];
    loop {
        let live = |host: &usize| hosts[*host].is_some();
        let mut options: Vec<Step> = (0..hosts.len()).filter(live).map(Step::Goes).collect();
        if options.is_empty() {
            break;
        }
        let so_far = |which: fn(&Step) -> bool| steps.iter().filter(|step| which(step)).count();
        if so_far(|step| matches!(step, Step::Refused(..))) < trouble.refusals {
            let sends = |host: &usize| sends_next[*host];
            for host in (0..hosts.len()).filter(live).filter(sends) {
                let said = [SendOutcome::Deferred, SendOutcome::Failed];
                options.extend(said.map(|said| Step::Refused(host, said)));
            }
        }
        if so_far(|step| matches!(step, Step::Crashes(_))) < trouble.crashes {
            let started = |host: &usize| steps.contains(&Step::Goes(*host));
            let can_crash = (0..hosts.len()).filter(live).filter(started);
            options.extend(can_crash.map(Step::Crashes));
        }
        if choices.len() == steps.len() {
            choices.push((0, options.len()));
        }
        let step = options[choices[steps.len()].0];
        steps.push(step);
        let (host, said) = match step {
            Step::Crashes(host) => {
                hosts[host] = None;
                continue;
            }
            Step::Goes(host) => (host, None),
            Step::Refused(host, said) => (host, Some(said)),
        };
        store.rows().says = said;
        let future = hosts[host].as_mut().expect("it is live");
        if poll(&store, future.as_mut()).is_ready() {
            hosts[host] = None;
        }
        sends_next[host] = store.gate.is_before_a_message();
    }
    let answers = answers.lock().unwrap().clone();
    recover(&store, &clock);
    Run {
        field,
        calls,
        steps,
        answers,
        store,
        now: clock.now(),
    }
}

/// One effect, and everything up to the next.
fn poll<T>(store: &Store, future: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Poll<T> {
    store.gate.open();
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Once the leases are over, some host does what is left, and once more when every pause is.
fn recover(store: &Store, clock: &ManualClock) {
    let desk = Desk::new(store.clone(), keys(), clock.clone());
    for pause in [TimeDelta::seconds(31), TimeDelta::minutes(30)] {
        clock.advance(pause);
        let mut dispatch = Box::pin(desk.dispatch(store));
        while poll(store, dispatch.as_mut()).is_pending() {}
    }
}
