//! Orders from JSON, and orders stored and read back.

use beian::{
    Access, FilingOrder, FilingPolicy, FilingType, IdDocument, IdDocumentKind, KeptIds, KeyRing,
    Lang, LastSix, OrderForm, OrderLife, OrderStatus, Person, Province, Recipient, Recipients,
    ReturnCause, Role, ServiceKind, VerificationPolicy,
    filing::{OrderProblem, ServiceForm},
};
use serde_json::{Value, json};

use crate::support::{builders, form, mobile, person, with_website};

fn order() -> FilingOrder {
    let administrator = person(2).with_emergency_phone("010-0000 0000").unwrap();
    FilingOrder::add_access(Province::Tibet, person(1))
        .service_with_access(ServiceKind::App, "示例", administrator, Access::Unchanged)
        .build()
        .unwrap()
}

fn stored() -> Value {
    json!({"v1": {
        "filing_type": "add_access",
        "changes": [],
        "province": "tibet",
        "entity": {
            "name": "张三",
            "leader": {
                "name": "张三",
                "mobile": mobile(1),
                "emergency_phone": null,
                "id_document": "passport",
            },
        },
        "services": [{
            "kind": "app",
            "name": "示例",
            "administrator": {
                "name": "张三",
                "mobile": mobile(2),
                "emergency_phone": "01000000000",
                "id_document": "passport",
            },
            "access": "unchanged",
        }],
    }})
}

#[test]
fn d25_an_order_is_stored_without_its_ids() {
    assert_eq!(serde_json::to_value(order()).unwrap(), stored());
    let back: FilingOrder = serde_json::from_value(stored()).unwrap();
    assert_eq!(serde_json::to_value(&back).unwrap(), stored());
    assert_eq!(back.filing_type(), FilingType::AddAccess);
    let id = back.leader().id_document();
    assert_eq!(id.kind(), IdDocumentKind::Passport);
    assert_eq!(
        (id.last_six(), id.last_six_in(Province::Tibet)),
        (None, None)
    );
    for province in Province::ALL {
        assert_eq!(id.last_six_in(*province), None);
    }
}

#[test]
fn d25_every_type_of_order_is_stored_and_read_back_in_every_format() {
    let full = builders().into_iter().map(with_website);
    let orders = full
        .chain(builders())
        .filter_map(|builder| builder.build().ok());
    let mut count = 0;
    for order in orders.chain([order()]) {
        let json = serde_json::to_string(&order).unwrap();
        let back: FilingOrder = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), json);
        let bytes = postcard::to_allocvec(&order).unwrap();
        assert_eq!(postcard::from_bytes::<FilingOrder>(&bytes).unwrap(), back);
        assert!(!json.contains("E000"), "an ID number in {json}");
        count += 1;
    }
    assert_eq!(count, 8);
}

#[test]
fn b13_a_stored_permit_in_zhejiang_is_read_back() {
    let mut stored = stored();
    stored["v1"]["province"] = "zhejiang".into();
    stored["v1"]["entity"]["leader"]["id_document"] = "hk_macao_permit".into();
    let back: FilingOrder = serde_json::from_value(stored).unwrap();
    assert_eq!(
        back.leader().id_document().last_six_in(Province::Zhejiang),
        None
    );
}

#[test]
fn d25_a_person_out_of_a_stored_order_gives_the_id_again() {
    let stored: FilingOrder = serde_json::from_value(stored()).unwrap();
    let problems = FilingOrder::deregister_entity(Province::Tibet, stored.leader().clone())
        .build()
        .unwrap_err();
    let path = "entity.leader.id_document.number".to_owned();
    assert_eq!(
        crate::support::codes(&problems),
        [(path, "id_number_missing")]
    );
}

#[test]
fn attack_27_what_breaks_a_rule_is_not_read_back() {
    for (pointer, value) in [
        ("/v1/filing_type", json!("initial")),
        ("/v1/filing_type", json!("modify")),
        ("/v1/filing_type", json!("sesame")),
        ("/v1/changes", json!(["entity"])),
        ("/v1/province", json!("taiwan")),
        ("/v1/services", json!([])),
        ("/v1/services/0/access", json!("phone_changed")),
        ("/v1/services/0/access", json!(null)),
        ("/v1/services/0/name", json!(" ")),
        ("/v1/services/0/administrator/mobile", json!("01000000000")),
        ("/v1/services/0/administrator/emergency_phone", json!("1")),
        ("/v1/entity/leader/id_document", json!("sesame")),
        ("/v1/entity/name", json!("x".repeat(201))),
    ] {
        let mut broken = stored();
        *broken.pointer_mut(pointer).unwrap() = value.clone();
        let error = serde_json::from_value::<FilingOrder>(broken)
            .unwrap_err()
            .to_string();
        assert!(
            !error.contains("sesame") && !error.contains("0100"),
            "{error}"
        );
    }
    let unknown = json!({"v9": stored()["v1"]});
    let error = serde_json::from_value::<FilingOrder>(unknown).unwrap_err();
    assert_eq!(
        error.to_string(),
        "stored order version 9 is unknown: this release reads version 1"
    );
    let compact = postcard::to_allocvec(&order()).unwrap();
    assert_eq!(compact[0], 1);
    let newer = [&[2], &compact[1..]].concat();
    assert!(postcard::from_bytes::<FilingOrder>(&newer).is_err());
    assert_eq!(
        postcard::from_bytes::<FilingOrder>(&compact)
            .unwrap()
            .leader()
            .mobile(),
        order().leader().mobile()
    );
}

#[test]
fn a_form_is_read_from_json_with_exactly_its_fields() {
    let whole = json!({
        "filing_type": "initial",
        "changes": null,
        "province": "北京",
        "entity": {"name": "示例公司", "leader": {
            "name": "张三", "mobile": mobile(1), "emergency_phone": null,
            "id_document": {"kind": "passport", "number": "E00000001", "back_number": null},
        }},
        "services": [{"kind": "website", "name": "示例站", "access": null, "administrator": {
            "name": "张三", "mobile": mobile(2),
            "id_document": {"kind": "passport", "number": "E00000002"},
        }}],
    });
    assert_eq!(
        serde_json::from_value::<OrderForm>(whole.clone()).unwrap(),
        form()
    );
    let nothing = json!({"entity": {"leader": {"id_document": {}}}});
    for blank in [json!({}), nothing] {
        let blank: OrderForm = serde_json::from_value(blank).unwrap();
        assert_eq!(blank, OrderForm::default());
    }
    for pointer in [
        "",
        "/entity",
        "/entity/leader",
        "/entity/leader/id_document",
        "/services/0",
    ] {
        let mut more = whole.clone();
        more.pointer_mut(pointer).unwrap()["change"] = json!([]);
        let error = serde_json::from_value::<OrderForm>(more).unwrap_err();
        assert!(
            error.to_string().contains("unknown field `change`"),
            "{error}"
        );
    }
}

#[test]
fn d25_the_form_of_a_stored_order_asks_for_ids_only() {
    for builder in builders() {
        let order = match builder.clone().build() {
            Ok(order) => order,
            Err(_) => match with_website(builder).build() {
                Ok(order) => order,
                Err(_) => order(),
            },
        };
        let stored = serde_json::to_string(&order).unwrap();
        let stored: FilingOrder = serde_json::from_str(&stored).unwrap();
        let mut form = OrderForm::from(&stored);
        assert_eq!(form, OrderForm::from(&order));
        let problems = form.check(&FilingPolicy::default()).unwrap_err();
        assert_eq!(problems.iter().len(), 1 + order.services().len());
        for problem in &problems {
            assert!(problem.path().ends_with(".id_document.number"), "{problem}");
            assert_eq!(problem.code(), "id_number_missing");
        }
        form.entity.leader.id_document.number = "E00000001".into();
        for service in &mut form.services {
            service.administrator.id_document.number = "E00000002".into();
        }
        assert_eq!(form.check(&FilingPolicy::default()).unwrap(), order);
    }
}

#[test]
fn d25_a_draft_is_kept_without_id_numbers() {
    let mut form = form();
    form.entity.leader.id_document.back_number = Some("A123456(3)".into());
    let draft = serde_json::to_string(&form).unwrap();
    assert!(
        !draft.contains("E0000") && !draft.contains("A123456"),
        "{draft}"
    );
    let read: OrderForm = serde_json::from_str(&draft).unwrap();
    form.entity.leader.id_document.number.clear();
    form.entity.leader.id_document.back_number = None;
    form.services[0].administrator.id_document.number.clear();
    assert_eq!(read, form);
}

#[test]
fn null_is_as_good_as_nothing_anywhere_in_a_form() {
    let nothing = json!({
        "filing_type": null, "changes": null, "province": null, "entity": null, "services": null,
    });
    let read = serde_json::from_value::<OrderForm>(nothing).unwrap();
    assert_eq!(read, OrderForm::default());
    let nothing = json!({
        "changes": [null],
        "entity": {"name": null, "leader": null},
        "services": [null, {
            "kind": null, "name": null, "access": null,
            "administrator": {"name": null, "mobile": null, "emergency_phone": null, "id_document": null},
        }, {"administrator": {"id_document": {"kind": null, "number": null, "back_number": null}}}],
    });
    for read in [
        serde_json::from_value::<OrderForm>(nothing.clone()).unwrap(),
        serde_json::from_str::<OrderForm>(&nothing.to_string()).unwrap(),
    ] {
        let blank = OrderForm {
            changes: Some(vec![String::new()]),
            services: vec![ServiceForm::default(); 3],
            ..OrderForm::default()
        };
        assert_eq!(read, blank);
        let problems = read.check(&FilingPolicy::default()).unwrap_err();
        assert!(
            problems
                .iter()
                .all(|problem| problem.code().ends_with("_missing"))
        );
    }
}

/// The form of a value of the wrong type is read, and the problem says where it stood and what should
/// have; nothing else is said of that place, and nowhere what was there.
fn assert_wrong_type(wrong: &Value, path: &str, code: &str) {
    let read: [OrderForm; 2] = [
        serde_json::from_value(wrong.clone()).unwrap(),
        serde_json::from_str(&wrong.to_string()).unwrap(),
    ];
    for form in read {
        let problems = form.check(&FilingPolicy::default()).unwrap_err();
        let here = |problem: &&OrderProblem| problem.path().starts_with(path);
        let here: Vec<_> = problems.iter().filter(here).collect();
        let [problem] = here[..] else {
            panic!("{path}: {here:?}")
        };
        assert_eq!((problem.path(), problem.code()), (path, code));
        for told in [
            format!("{problems}{problems:?}{form:?}"),
            problems.text(Lang::Zh),
            problems.text(Lang::En),
        ] {
            assert!(!told.contains("199") && !told.contains("赵六"), "{told}");
        }
    }
}

#[test]
fn attack_12_an_object_or_a_list_of_the_wrong_type_is_a_problem_and_not_echoed() {
    let whole = || {
        json!({
            "changes": ["entity"],
            "entity": {"leader": {"id_document": {}}},
            "services": [{"administrator": {}}],
        })
    };
    for (pointer, path, code) in [
        ("/changes", "changes", "list_expected"),
        ("/entity", "entity", "object_expected"),
        ("/entity/leader", "entity.leader", "object_expected"),
        (
            "/entity/leader/id_document",
            "entity.leader.id_document",
            "object_expected",
        ),
        ("/services", "services", "list_expected"),
        ("/services/0", "services[0]", "object_expected"),
        (
            "/services/0/administrator",
            "services[0].administrator",
            "object_expected",
        ),
    ] {
        let list = code == "list_expected";
        for value in [
            json!("赵六199"),
            json!(19_900_000_001_u64),
            json!(-199),
            json!(199.5),
            json!(true),
            if list {
                json!({"赵六": 199})
            } else {
                json!([[199], "赵六"])
            },
        ] {
            let mut wrong = whole();
            *wrong.pointer_mut(pointer).unwrap() = value;
            assert_wrong_type(&wrong, path, code);
        }
    }
}

#[test]
fn attack_12_a_value_without_quotes_is_a_problem_and_not_echoed() {
    let whole = || {
        json!({
            "filing_type": "add_access",
            "changes": ["entity"],
            "province": "北京",
            "entity": {"name": "示例公司", "leader": {
                "name": "张三", "mobile": "18000000001", "emergency_phone": "110",
                "id_document": {"kind": "hk_macao_permit", "number": "H00000001", "back_number": "12345678"},
            }},
            "services": [{"kind": "website", "name": "示例站", "access": "unchanged", "administrator": {
                "name": "张三", "mobile": "18000000001",
                "id_document": {"kind": "passport", "number": "E00000001"},
            }}],
        })
    };
    for pointer in [
        "/filing_type",
        "/changes/0",
        "/province",
        "/entity/name",
        "/entity/leader/name",
        "/entity/leader/mobile",
        "/entity/leader/emergency_phone",
        "/entity/leader/id_document/number",
        "/entity/leader/id_document/back_number",
        "/services/0/name",
        "/services/0/access",
        "/services/0/administrator/id_document/number",
    ] {
        let path = pointer[1..].replace("/0", "[0]").replace('/', ".");
        for value in [
            json!(19_900_000_001_u64),
            json!(-19_900_000_001_i64),
            json!(19_900_000_001.5),
            json!(true),
            json!([199, {"赵六": 199}]),
            json!({"赵六": [199]}),
        ] {
            let mut wrong = whole();
            *wrong.pointer_mut(pointer).unwrap() = value;
            assert_wrong_type(&wrong, &path, "text_expected");
        }
    }
}

#[test]
fn nothing_but_an_object_is_a_form() {
    let list = json!(["initial", [], "北京", {"name": "赵六199"}, []]);
    for whole in [
        list,
        json!("赵六199"),
        json!(19_900_000_001_u64),
        json!(null),
    ] {
        for error in [
            serde_json::from_value::<OrderForm>(whole.clone()).unwrap_err(),
            serde_json::from_str::<OrderForm>(&whole.to_string()).unwrap_err(),
        ] {
            let error = error.to_string();
            assert!(error.contains("expected an object"), "{error}");
            assert!(!error.contains("199") && !error.contains("赵六"), "{error}");
        }
    }
}

#[test]
fn problems_are_written_with_their_path_and_code() {
    let mut form = form();
    form.services[0].administrator.mobile.clear();
    let problems = form.check(&FilingPolicy::default()).unwrap_err();
    assert_eq!(
        serde_json::to_value(&problems).unwrap(),
        json!([{"path": "services[0].administrator.mobile", "code": "mobile_missing"}])
    );
}

#[test]
fn problems_of_another_type_are_bounded_too() {
    let wrong = json!({
        "changes": vec![1; 120_000],
        "services": vec![json!({"name": 1, "administrator": {"name": 1}}); 3_000],
    });
    let form: OrderForm = serde_json::from_value(wrong).unwrap();
    let problems = form.check(&FilingPolicy::default()).unwrap_err();
    assert_eq!(problems.iter().len(), 200);
}

#[test]
fn b14_a_life_is_stored_and_read_back() {
    let mobile = mobile(1).parse().unwrap();
    let last_six = LastSix::parse("345678").unwrap();
    let recipient = Recipient::new(mobile, Role::EntityLeader, [last_six]);
    let recipients = Recipients::new([recipient], VerificationPolicy::REGULATOR);
    let verifying = OrderLife::new().submit(recipients.as_ref()).unwrap();
    let returned = verifying.return_for(ReturnCause::WindowClosed).unwrap();
    for (life, stored) in [
        (
            OrderLife::new(),
            json!({"rounds": 0, "exempt": false, "stage": "initial_review", "reasons": []}),
        ),
        (
            OrderLife::new().submit(None).unwrap(),
            json!({"rounds": 1, "exempt": true, "stage": "administration_review", "reasons": []}),
        ),
        (
            verifying,
            json!({"rounds": 1, "exempt": false, "stage": "sms_verification", "reasons": []}),
        ),
        (
            returned.clone(),
            json!({"rounds": 1, "exempt": false, "stage": {"returned": "window_closed"}, "reasons": []}),
        ),
        (
            returned.withdraw().unwrap(),
            json!({"rounds": 1, "exempt": false, "stage": {"withdrawn": "sms_verification"}, "reasons": []}),
        ),
    ] {
        let stored = json!({ "v1": stored });
        assert_eq!(serde_json::to_value(&life).unwrap(), stored);
        assert_eq!(serde_json::from_value::<OrderLife>(stored).unwrap(), life);
        let bytes = postcard::to_allocvec(&life).unwrap();
        assert_eq!(postcard::from_bytes::<OrderLife>(&bytes).unwrap(), life);
    }
    assert_eq!(returned.status(), OrderStatus::Returned);
}

#[test]
fn attack_27_a_life_that_cant_have_been_is_not_read_back() {
    let read = |rounds: u32, exempt: bool, stage: &Value| {
        let stored = json!({"v1": {"rounds": rounds, "exempt": exempt, "stage": stage}});
        serde_json::from_value::<OrderLife>(stored).is_ok()
    };
    for stage in [
        json!("sms_verification"),
        json!({"returned": "window_closed"}),
        json!({"withdrawn": "sms_verification"}),
    ] {
        assert!(!read(0, false, &stage) && !read(1, true, &stage), "{stage}");
        assert!(read(1, false, &stage), "{stage}");
    }
    for stage in [
        json!("administration_review"),
        json!("approved"),
        json!({"returned": "administration_decision"}),
        json!({"withdrawn": "administration_review"}),
    ] {
        assert!(!read(0, false, &stage) && !read(0, true, &stage), "{stage}");
        assert!(read(1, false, &stage) && read(1, true, &stage), "{stage}");
    }
    for stage in [
        json!({"withdrawn": "approved"}),
        json!({"withdrawn": "returned"}),
        json!({"withdrawn": "withdrawn"}),
    ] {
        assert!(!read(1, false, &stage), "{stage}");
    }
    for stage in [json!("awaiting_submission"), json!({"upload_failed": 20})] {
        assert!(read(0, false, &stage) && read(2, true, &stage), "{stage}");
    }
    // B36: what the administration asks for.
    for (part, possible) in [("entity", true), ("service", true), ("remarks", false)] {
        assert_eq!(
            read(1, false, &json!({ "correction_required": part })),
            possible
        );
    }
    assert!(!read(0, true, &json!("initial_review")));
}

/// One number may come with two documents: each is kept, none twice.
#[test]
fn b13_kept_ids_are_one_for_each_document_of_a_number() {
    let keys = KeyRing::single(1, [7; 32]).unwrap();
    let kept = |number: &str| {
        let id = IdDocument::passport(number).unwrap();
        let administrator = Person::new("张三", &mobile(1), id).unwrap();
        let order = FilingOrder::initial(Province::Beijing, person(1))
            .service(ServiceKind::Website, "示例站", administrator)
            .build()
            .unwrap();
        let kept = serde_json::to_value(KeptIds::of(&order, &keys).unwrap()).unwrap();
        assert_eq!(kept["v1"].as_array().unwrap().len(), 1);
        kept["v1"][0]["ids"].as_array().unwrap().len()
    };
    let own = crate::support::person_form(1).id_document.number.clone();
    assert_eq!((kept(&own), kept("E76543210")), (1, 2));
}

#[test]
fn kept_ids_of_two_numbers_are_read_back_in_order_alone() {
    let keys = KeyRing::single(1, [7; 32]).unwrap();
    let order = with_website(builders().remove(0)).build().unwrap();
    let mut kept = serde_json::to_value(KeptIds::of(&order, &keys).unwrap()).unwrap();
    assert_eq!(kept["v1"].as_array().unwrap().len(), 2);
    assert!(serde_json::from_value::<KeptIds>(kept.clone()).is_ok());
    let mut without = kept.clone();
    without["v1"][1]["ids"] = serde_json::json!([]);
    for (broken, expected) in [
        (without, "expected an ID with each number"),
        (
            {
                kept["v1"].as_array_mut().unwrap().reverse();
                kept
            },
            "expected each number once, in order",
        ),
    ] {
        let error = serde_json::from_value::<KeptIds>(broken)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
}
