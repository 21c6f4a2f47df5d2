//! How a life is stored, and read back if steps lead there.

use super::{OrderLife, OrderStatus, order_life::Stage};

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "OrderLife")]
struct Stored {
    rounds: u32,
    exempt: bool,
    stage: Stage,
}

impl serde::Serialize for OrderLife {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            rounds,
            exempt,
            stage,
        } = *self;
        let stored = Stored {
            rounds,
            exempt,
            stage,
        };
        stored.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for OrderLife {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored {
            rounds,
            exempt,
            stage,
        } = Stored::deserialize(deserializer)?;
        let life = Self {
            rounds,
            exempt,
            stage,
        };
        life.possible_history().map_err(serde::de::Error::custom)?;
        Ok(life)
    }
}

impl OrderLife {
    /// Whether steps lead here, for what comes out of a store.
    fn possible_history(self) -> Result<(), &'static str> {
        let reached = self.reached();
        if reached.is_final() || reached == OrderStatus::Returned {
            return Err("an order can't be withdrawn from where it is over or returned");
        }
        if self.rounds == 0 && (self.exempt || reached != OrderStatus::InitialReview) {
            return Err("an order that was submitted has at least one round");
        }
        if self.exempt && reached == OrderStatus::SmsVerification {
            return Err("nobody verifies in this round, so there is no SMS verification");
        }
        Ok(())
    }
}
