//! The form of an order, as every host documents it.

use serde_json::{Value, json};
use utoipa::ToSchema;

use super::schema;

/// A new order.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub struct NewOrder {
    #[schema(value_type = schema::FilingType)]
    filing_type: String,
    /// For `modify` alone, and not empty there.
    #[schema(value_type = Option<Vec<schema::ModifiedPart>>, max_items = 3)]
    changes: Option<Vec<String>>,
    /// Chinese name, English name or GB/T 2260 code.
    #[schema(min_length = 1, example = "北京")]
    province: String,
    entity: NewEntity,
    /// May be empty for `deregister_entity`, and for `modify` without `service`.
    #[schema(max_items = 200)]
    services: Vec<NewService>,
}

/// Who files.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub struct NewEntity {
    /// At most 200 characters; an individual's own name.
    #[schema(min_length = 1, example = "示例公司")]
    name: String,
    leader: NewPerson,
}

/// A website, an app or what else is filed.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub struct NewService {
    #[schema(value_type = schema::ServiceKind)]
    kind: String,
    /// At most 200 characters.
    #[schema(min_length = 1, example = "示例站")]
    name: String,
    administrator: NewPerson,
    /// For `add_access` alone, and required there.
    #[schema(value_type = Option<schema::Access>)]
    access: Option<String>,
}

/// The entity's leader, or a service's administrator.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub struct NewPerson {
    /// At most 60 characters.
    #[schema(min_length = 1, example = "张三")]
    name: String,
    /// The primary mobile: the code goes there.
    #[schema(value_type = schema::Mobile)]
    mobile: String,
    /// 3 to 20 digits, spelt as freely as a mobile number; never texted.
    emergency_phone: Option<String>,
    id_document: NewIdDocument,
}

/// An ID document. Of its number, only the last six characters are kept.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub struct NewIdDocument {
    #[schema(value_type = schema::IdDocumentKind)]
    kind: String,
    /// The whole number.
    #[schema(min_length = 1, example = "E12345678")]
    number: String,
    /// For `hk_macao_permit`, required where the province asks for it.
    back_number: Option<String>,
}

impl NewOrder {
    /// An order that is accepted; its people are invented.
    #[must_use]
    pub fn example() -> Value {
        let person = |name, mobile, number| {
            let document = json!({ "kind": "passport", "number": number });
            json!({ "name": name, "mobile": mobile, "id_document": document })
        };
        json!({
            "filing_type": "initial",
            "province": "北京",
            "entity": {
                "name": "示例公司",
                "leader": person("张三", "19900000001", "E12345678"),
            },
            "services": [{
                "kind": "website",
                "name": "示例站",
                "administrator": person("李四", "19900000002", "E87654321"),
            }],
        })
    }
}
