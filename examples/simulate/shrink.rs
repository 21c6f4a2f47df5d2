//! A failing world made smaller, as long as it fails: fewer orders, then fewer steps.

use crate::{options::Options, reference::against::Difference, runs};

pub struct Failing {
    pub orders: Vec<u32>,
    pub steps: u64,
    pub difference: Difference,
}

/// `None` if the world doesn't fail when it is run alone.
pub fn shrink(options: &Options, world: u64) -> Option<Failing> {
    let fails = |orders: &[u32]| runs::one(options, world, Some(orders), u64::MAX).err();
    let mut orders: Vec<u32> = (0..options.size).collect();
    let mut found = fails(&orders)?;
    let mut chunk = orders.len().div_ceil(2);
    loop {
        let before = orders.len();
        let mut place = 0;
        while place < orders.len() {
            let mut fewer = orders.clone();
            fewer.drain(place..(place + chunk).min(orders.len()));
            match fails(&fewer) {
                Some(failure) => (orders, found) = (fewer, failure),
                None => place += chunk,
            }
        }
        if chunk == 1 && orders.len() == before {
            break;
        }
        chunk = chunk.div_ceil(2);
    }
    let (steps, difference) = found;
    Some(Failing {
        orders,
        steps,
        difference,
    })
}
