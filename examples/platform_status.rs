//! What a platform tells its customer: documents that WeChat publishes in, what happened and what to do
//! next out, in Chinese.
//!
//! ```text
//! cargo run --example platform_status                      # a made-up filing, poll by poll
//! cargo run --example platform_status -- poll1.json …      # documents of your own, - for standard input
//! ```

use std::{error::Error, fs, io::Read as _};

use beian::{FilingType, Lang, OrderLife, wechat::WechatAnswer};

/// What a platform polls of a filing whose people verify too late, and which the administration refuses.
const POLLS: [&str; 7] = [
    r#"{"errcode": 0, "info": {"status": 2, "is_canceling": false, "available": 1}}"#,
    r#"{"errcode": 0, "info": {"status": 4, "is_canceling": false, "available": 1, "sms_verify_status": 1}}"#,
    r#"{"errcode": 0, "info": {"status": 4, "is_canceling": false, "available": 0}}"#,
    r#"{"errcode": 0, "info": {"status": 4, "is_canceling": false, "available": 1, "sms_verify_status": 3}}"#,
    r#"{"errcode": 0, "info": {"status": 5, "is_canceling": false, "available": 1, "audit_data": [
        {"key_name": "小程序负责人证件有效期", "error": "证件有效期不足三个月", "suggest": "请更换证件后重新提交"},
        {"key_name": "其他", "error": "名称不符合要求", "suggest": ""}]}}"#,
    r#"{"errcode": 0, "info": {"status": 4, "is_canceling": false, "available": 1, "sms_verify_status": 2}}"#,
    r#"{"event": "notify_apply_icpfiling_result", "beian_status": 6}"#,
];

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let documents: Vec<String> = if files.is_empty() {
        POLLS.map(String::from).into()
    } else {
        files
            .iter()
            .map(|file| read(file))
            .collect::<Result<_, _>>()?
    };
    let recipients = recipients()?;
    let mut order = OrderLife::new();
    for (n, document) in (1..).zip(&documents) {
        let answer: WechatAnswer = serde_json::from_str(document)
            .map_err(|error| format!("document {n} is none of WeChat's: {error}"))?;
        println!("{n}. {}", answer.text(Lang::Zh));
        if let Some(seen) = answer.polled(FilingType::Initial) {
            match order.follow(&seen, recipients.as_ref()) {
                Ok(followed) => {
                    for step in followed.assumed {
                        println!("   （期间应已：{}）", step.text(Lang::Zh));
                    }
                    order = followed.life;
                }
                // A host looks at it: its own record, or WeChat's, is of another order.
                Err(refusal) => println!("   与订单记录不符：{}", refusal.text(Lang::Zh)),
            }
        }
        for reason in order.reasons() {
            println!(
                "   {}：{} {}",
                reason.label(Lang::Zh),
                reason.words(),
                reason.advised()
            );
        }
        println!(
            "   {}：{}",
            order.status().text(Lang::Zh),
            order.advice(FilingType::Initial, Lang::Zh)
        );
    }
    Ok(())
}

/// Who must verify decides where a submission leads: here the administrator of a mini program.
fn recipients() -> Result<Option<beian::Recipients>, Box<dyn Error>> {
    use beian::{FilingOrder, IdDocument, Person, Province, ServiceKind, rulebook};

    let person = Person::new("张三", "19900000001", IdDocument::passport("E12345678")?)?;
    let order = FilingOrder::initial(Province::Guangdong, person.clone())
        .service(ServiceKind::MiniProgram, "示例", person)
        .build()?;
    let requirement = rulebook::requirement(&order, "2026-11-27T02:00:00Z".parse()?)?;
    Ok(requirement.recipients().cloned())
}

fn read(file: &str) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    if file == "-" {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(text)
}
