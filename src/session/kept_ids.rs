//! The IDs of an order, kept from its filing to its rounds.

use alloc::vec::Vec;
use core::{fmt, iter};

use super::state::Identity;
use crate::{FilingOrder, KeyError, Keys, MobileNumber, Roles, Service, code::id_mac, key::KeyId};

/// The last sixes of everybody in an order, as MACs: what a host keeps from the filing of an order to
/// its submission, and from one round to the next, since a stored order has no IDs (D25).
///
/// Store it beside the order (feature `serde`); delete it when the order is over. It holds the numbers
/// in clear, and no ID that could be found without the key.
///
/// ```
/// use beian::{
///     FilingOrder, IdDocument, KeptIds, KeyRing, Opening, Person, Province, Rulebook, Seed, Session,
/// };
///
/// let keys = KeyRing::single(1, [7; 32])?; // from a secret store
/// let leader = Person::new("张三", "199 0000 0001", IdDocument::passport("E12345678")?)?;
/// let order = FilingOrder::deregister_entity(Province::Beijing, leader).build()?;
/// let ids = KeptIds::of(&order, &keys)?;
///
/// // Days later, from the store: the order without an ID, and the kept ones.
/// let order: FilingOrder = serde_json::from_str(&serde_json::to_string(&order)?)?;
/// let ids: KeptIds = serde_json::from_str(&serde_json::to_string(&ids)?)?;
/// let requirement = Rulebook::CURRENT.requirement(&order);
/// let recipients = requirement.recipients().ok_or("nobody verifies")?;
/// let opening = Opening::new(42, recipients, Seed::draw(&mut getrandom::SysRng)?).with_ids(&ids);
/// assert!(Session::open(&opening, &keys, chrono::Utc::now()).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct KeptIds {
    /// Sorted by number, each with at least one ID and no role.
    pub(crate) list: Vec<Identity>,
}

impl KeptIds {
    /// Keeps the last sixes of an order that still has them, under the current key (B13).
    ///
    /// # Errors
    /// [`KeyError`] if the current key can't be used.
    pub fn of(order: &FilingOrder, keys: &dyn Keys) -> Result<Self, KeyError> {
        let administrators = order.services().iter().map(Service::administrator);
        let mut kept: Vec<(MobileNumber, Vec<[u8; 16]>)> = Vec::new();
        for person in iter::once(order.leader()).chain(administrators) {
            let Some(last_six) = person.id_document().last_six_in(order.province()) else {
                continue;
            };
            let mobile = *person.mobile();
            let mac = id_mac(keys, keys.current(), &mobile, last_six)?;
            match kept.iter_mut().find(|(known, _)| *known == mobile) {
                Some((_, ids)) if ids.contains(&mac) => {}
                Some((_, ids)) => ids.push(mac),
                None => kept.push((mobile, [mac].into())),
            }
        }
        kept.sort_by_key(|(mobile, _)| *mobile);
        let kept = kept.into_iter();
        let list = kept
            .map(|(mobile, ids)| Self::identity(mobile, keys.current(), ids))
            .collect();
        Ok(Self { list })
    }

    pub(crate) fn identity(
        mobile: MobileNumber,
        id_key: KeyId,
        ids: impl IntoIterator<Item = [u8; 16]>,
    ) -> Identity {
        Identity {
            mobile: Some(mobile),
            roles: Roles::NONE,
            id_key,
            ids: ids.into_iter().collect(),
        }
    }

    pub(crate) fn identity_of(&self, mobile: &MobileNumber) -> Option<&Identity> {
        self.list
            .iter()
            .find(|identity| identity.mobile.as_ref() == Some(mobile))
    }
}

impl fmt::Debug for KeptIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self
            .list
            .iter()
            .filter_map(|identity| identity.mobile.as_ref());
        f.debug_set().entries(numbers).finish()
    }
}
