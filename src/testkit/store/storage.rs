//! What the suites open stores on.

use alloc::sync::Arc;

use crate::{
    SessionId,
    host::{MemoryStore, SessionStore},
};

/// A database, or whatever else keeps the sessions when no store is open on it.
///
/// ```
/// use beian::{SessionId, host::MemoryStore, testkit::store::Storage};
/// use std::sync::Arc;
///
/// struct Database(Arc<MemoryStore>); // the address of a real one
///
/// impl Storage for Database {
///     type Store = Arc<MemoryStore>; // a pool
///
///     async fn open(&self) -> Self::Store {
///         self.0.clone()
///     }
///
///     async fn damage(&self, _: SessionId) -> bool {
///         false // `update sessions set snapshot = … where id = …` and `true`
///     }
/// }
/// ```
pub trait Storage {
    /// The store.
    type Store: SessionStore;

    /// Opens a store on it, as another process would; several are open at once.
    fn open(&self) -> impl Future<Output = Self::Store> + Send;

    /// Makes what is stored of this session unreadable, for instance by cutting the snapshot in half.
    /// `false` if there is nothing that could be unreadable.
    fn damage(&self, id: SessionId) -> impl Future<Output = bool> + Send;
}

/// It keeps sessions as they are: they can always be read.
impl Storage for Arc<MemoryStore> {
    type Store = Self;

    async fn open(&self) -> Self {
        self.clone()
    }

    async fn damage(&self, _: SessionId) -> bool {
        false
    }
}
