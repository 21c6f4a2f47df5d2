//! Who is asking: staff by the console's token, a customer by the link of their order. Nothing else opens one.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRequestParts, Path},
    http::{HeaderMap, request::Parts},
};
use beian::Lang;
use beian_web::{
    address::From,
    lang::Speaks,
    limits::Budget,
    order_id::OrderId,
    problem::{Code, Problem},
    sign_in::bearer,
};

use super::problem;
use crate::{platform::Platform, store::Linked};

/// Who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Staff.
    Staff,
    /// Whoever has the link of this order.
    Customer(OrderId),
    /// Somebody.
    Anybody,
}

/// Staff.
#[derive(Debug, Clone, Copy)]
pub struct Staff;

/// The order of the path, and that whoever asks may see it.
#[derive(Debug, Clone, Copy)]
pub struct OfOrder {
    /// The order.
    pub id: OrderId,
    /// Who asks: staff or its customer.
    pub caller: Caller,
}

impl Caller {
    /// By the token that a request bears.
    ///
    /// # Errors
    /// The 429; the 401 for a token that is nobody's.
    pub async fn of(
        platform: &Platform,
        headers: &HeaderMap,
        address: IpAddr,
        lang: Lang,
    ) -> Result<Self, Problem> {
        let too_many = |too_many: beian_web::limits::TooMany| too_many.problem(lang);
        platform.limits.heard(address).map_err(too_many)?;
        let Some(token) = bearer(headers) else {
            if platform.door.is_open() {
                platform
                    .limits
                    .check(Budget::Api, address)
                    .map_err(too_many)?;
                return Ok(Self::Staff);
            }
            return Ok(Self::Anybody);
        };
        if platform.door.is_token(token) {
            platform
                .limits
                .check(Budget::Api, address)
                .map_err(too_many)?;
            return Ok(Self::Staff);
        }
        platform
            .limits
            .check(Budget::Links, address)
            .map_err(too_many)?;
        let linked = platform.orders.linked(token).await;
        match linked.map_err(|error| problem::of(&error, lang))? {
            Some(Linked::Customer(id)) => Ok(Self::Customer(id)),
            Some(Linked::Person(..)) | None => {
                platform.limits.wrong_token(address);
                Err(Problem::new(Code::UNAUTHORIZED, lang))
            }
        }
    }

    async fn of_parts(parts: &mut Parts, platform: &Platform) -> Result<(Self, Lang), Problem> {
        let Speaks(lang) = Speaks::of(&parts.headers);
        let From(address) = From::from_request_parts(parts, &()).await?;
        let caller = Self::of(platform, &parts.headers, address, lang).await?;
        Ok((caller, lang))
    }
}

impl FromRequestParts<Arc<Platform>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Problem> {
        Ok(Self::of_parts(parts, platform).await?.0)
    }
}

impl FromRequestParts<Arc<Platform>> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Problem> {
        let (caller, lang) = Caller::of_parts(parts, platform).await?;
        if caller == Caller::Staff {
            return Ok(Self);
        }
        Err(Problem::new(Code::UNAUTHORIZED, lang))
    }
}

impl FromRequestParts<Arc<Platform>> for OfOrder {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Problem> {
        let (caller, lang) = Caller::of_parts(parts, platform).await?;
        let id = Path::<String>::from_request_parts(parts, platform).await;
        let id = id.ok().and_then(|id| id.0.parse().ok());
        let not_found = || Problem::new(problem::ORDER_NOT_FOUND, lang);
        match caller {
            Caller::Staff => Ok(Self {
                id: id.ok_or_else(not_found)?,
                caller,
            }),
            // Another's order is as none at all.
            Caller::Customer(own) if id == Some(own) => Ok(Self { id: own, caller }),
            Caller::Customer(_) => Err(not_found()),
            Caller::Anybody => Err(Problem::new(Code::UNAUTHORIZED, lang)),
        }
    }
}
