//! Attack 11: what is stored, recorded and shown doesn't give a code away.

use std::collections::HashSet;

use beian::VerificationPolicy;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{
    forms::{self, holds, of_code},
    golden::Round,
    world::LAST_SIX,
};

/// Everything that a host may store or print of a round, state by state, as bytes.
fn traces(round: &Round) -> Vec<Vec<u8>> {
    let mut traces = Vec::new();
    for update in &round.updates {
        let session = update.session();
        traces.push(serde_json::to_vec(session).unwrap());
        traces.push(postcard::to_allocvec(session).unwrap());
        traces.push(format!("{session:?} {update:?}").into_bytes());
        traces.push(format!("{:?}", session.recipients().collect::<Vec<_>>()).into_bytes());
        for event in update.events() {
            traces.push(serde_json::to_vec(&event).unwrap());
            traces.push(format!("{event:?}").into_bytes());
        }
        let outbox = session
            .outbox(&round.world.keys, session.last_changed_at())
            .unwrap();
        traces.push(format!("{outbox:?}").into_bytes());
    }
    traces
}

#[test]
fn attack_11_no_state_of_any_run_holds_a_code() {
    for (name, round) in Round::all(&VerificationPolicy::REGULATOR) {
        for (_, code) in &round.world.codes {
            for trace in traces(&round) {
                for form in of_code(code) {
                    let shown = String::from_utf8_lossy(&trace);
                    assert!(
                        !holds(&trace, &form),
                        "{name}: {code} as {form:?} in {shown}"
                    );
                }
            }
        }
    }
}

/// The scan above would see it.
#[test]
fn attack_11_the_scan_finds_a_planted_code() {
    assert_eq!(forms::base64_within("123456", 0), "MTIzNDU2");
    for ahead in 0..3 {
        let text = ["x".repeat(ahead).as_bytes(), b"123456xyz"].concat();
        assert!(holds(
            forms::base64(&text).as_bytes(),
            forms::base64_within("123456", ahead).as_bytes()
        ));
    }
    let forms = of_code("123456");
    assert!(forms.contains(&postcard::to_allocvec(&123_456_u32).unwrap()));
    for form in &forms {
        let planted = [b"before".as_slice(), form, b"after"].concat();
        assert!(forms.iter().any(|form| holds(&planted, form)));
        assert!(!of_code("654321").iter().any(|form| holds(&planted, form)));
    }
}

/// A thief of the store tries every code against every sixteen bytes that are stored, in every way
/// that needs no key; the same sweep with the key finds the one that verified.
#[test]
fn attack_11_a_sweep_of_all_codes_without_the_key_can_not_tell() {
    let rounds = Round::all(&VerificationPolicy::REGULATOR);
    let (_, round) = rounds
        .iter()
        .find(|(name, _)| *name == "completed")
        .unwrap();
    let session = &round.world.session;
    let stored = round.updates.iter().flat_map(|update| {
        let bytes = postcard::to_allocvec(update.session()).unwrap();
        bytes
            .windows(16)
            .map(|window| window.try_into().unwrap())
            .collect::<Vec<[u8; 16]>>()
    });
    let stored = stored.collect::<HashSet<_>>();
    let (mobile, code) = &round.world.codes[0];
    let spent = |key: &[u8]| {
        let mut keyed = Hmac::<Sha256>::new_from_slice(key).unwrap();
        for field in [
            b"beian s1".as_slice(),
            session.id().as_bytes(),
            mobile.digits().as_bytes(),
        ] {
            keyed.update(&[u8::try_from(field.len()).unwrap()]);
            keyed.update(field);
        }
        keyed.update(&[6]);
        move |code: &[u8; 6]| {
            keyed
                .clone()
                .chain_update(code)
                .chain_update([6])
                .chain_update(LAST_SIX)
                .finalize()
                .into_bytes()
                .into()
        }
    };

    assert_eq!(sweep(&stored, spent(&[7; 32])), std::slice::from_ref(code));

    let none: [String; 0] = [];
    assert_eq!(sweep(&stored, |code| Sha256::digest(code).into()), none);
    assert_eq!(sweep(&stored, spent(b"")), none);
}

/// Which of all codes a guess recognises in what is stored.
fn sweep(stored: &HashSet<[u8; 16]>, guess: impl Fn(&[u8; 6]) -> [u8; 32] + Sync) -> Vec<String> {
    let mut likely = vec![false; 1 << 16];
    let place = |bytes: &[u8]| usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
    for half in stored {
        likely[place(half)] = true;
    }
    let known = |code: &[u8; 6]| {
        let mac = guess(code);
        likely[place(&mac)] && stored.contains(&mac[..16])
    };
    let tenth = &|first: u8| {
        let mut code = [first, b'0', b'0', b'0', b'0', b'0'];
        let mut found = Vec::new();
        for _ in 0..100_000 {
            if known(&code) {
                found.push(code.map(char::from).iter().collect::<String>());
            }
            count_up(&mut code[1..]);
        }
        found
    };
    std::thread::scope(|scope| {
        let tenths = (b'0'..=b'9').map(|first| scope.spawn(move || tenth(first)));
        let tenths = tenths.collect::<Vec<_>>();
        tenths
            .into_iter()
            .flat_map(|tenth| tenth.join().unwrap())
            .collect()
    })
}

fn count_up(digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
}
