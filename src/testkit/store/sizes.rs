//! Snapshots as large as they get.

use super::{
    super::{Breach, TestPerson, clock::start},
    calls::{found, leased, load, save_one},
    judge::{instead, same, same_set},
    largest::{PERSONS, largest},
    promises::LARGEST,
    storage::Storage,
};

pub(super) async fn sizes(storage: &impl Storage) -> Result<(), Breach> {
    instead(LARGEST, comes_back(storage).await)
}

async fn comes_back(storage: &impl Storage) -> Result<(), Breach> {
    let [opened, largest] = largest(1, start())?;
    {
        let store = storage.open().await;
        save_one(&store, &opened).await?;
        save_one(&store, &largest).await?;
    }
    let store = storage.open().await;
    let largest = largest.session();
    let now = largest.last_changed_at();
    let loaded = load(&store, largest.id()).await?;
    same(LARGEST, Some(largest), loaded.as_ref())?;
    for person in [1, PERSONS] {
        let mobile = TestPerson(person).mobile();
        same_set(LARGEST, &[largest], &found(&store, mobile, now).await?)?;
    }
    same_set(LARGEST, &[largest], &leased(&store, now, 8).await?)
}
