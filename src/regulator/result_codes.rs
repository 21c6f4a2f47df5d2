//! Every known code (B17, B34): 企业系统接口规范 V3.0 of 2013; those of uploads from Huawei and Tencent.

use super::ResultMeaning::{
    self, Approved, AskedAlready, MendField, NotThisWay, Received, Refused, TryLater, Unknown,
};

pub(super) struct Row {
    pub(super) code: u16,
    pub(super) meaning: ResultMeaning,
    pub(super) fields: &'static [&'static str],
}

const fn row(code: u16, meaning: ResultMeaning, fields: &'static [&'static str]) -> Row {
    Row {
        code,
        meaning,
        fields,
    }
}

/// Whose it is, no code says.
const CONTACTS: &[&str] = &[
    "entity.leader.mobile",
    "entity.leader.emergency_phone",
    "services[0].administrator.mobile",
    "services[0].administrator.emergency_phone",
];
const MOBILES: &[&str] = &["entity.leader.mobile", "services[0].administrator.mobile"];
const DOCUMENTS: &[&str] = &[
    "entity.leader.id_document",
    "services[0].administrator.id_document",
];
const ID_NUMBERS: &[&str] = &[
    "entity.leader.id_document.number",
    "services[0].administrator.id_document.number",
];

/// By code.
pub(super) const ROWS: &[Row] = &[
    row(0, Refused, &[]),                                 // the review: refused
    row(1, Approved, &[]),                                // the review: passed
    row(14, TryLater, &[]),                               // an upload out of order
    row(15, TryLater, &[]),                               // too many uploads
    row(19, TryLater, &[]),                               // no permission to upload
    row(20, TryLater, &[]),                               // outside the hours
    row(1001, Approved, &[]),                             // passed
    row(1002, Refused, &[]),                              // refused
    row(1003, TryLater, &[]),                             // the entity stands in another order
    row(1004, MendField, &[]),                            // domain
    row(1005, MendField, &[]),                            // domain filed elsewhere
    row(1006, MendField, &[]),                            // IP address
    row(1007, MendField, CONTACTS),                       // contact
    row(1008, MendField, DOCUMENTS),                      // document
    row(1009, MendField, &[]),                            // e-mail address
    row(1010, MendField, &[]),                            // office phone
    row(1011, MendField, MOBILES),                        // mobile
    row(1012, MendField, &[]),                            // MSN
    row(1013, MendField, &[]),                            // QQ
    row(1014, MendField, &["entity"]),                    // kind of entity
    row(1015, MendField, ID_NUMBERS),                     // resident ID number
    row(1016, NotThisWay, &[]),                           // data that isn't on file
    row(1017, TryLater, &[]),                             // a modification under way
    row(1018, MendField, &[]),                            // filing password
    row(1019, MendField, &["province"]),                  // region
    row(1020, MendField, &["services[0].name"]),          // name taken
    row(1021, MendField, &[]),                            // home page taken
    row(1022, MendField, &[]),                            // home page's form
    row(1023, MendField, &[]),                            // IP address not on file
    row(1024, MendField, &[]),                            // IP address taken
    row(1025, NotThisWay, &[]),                           // its only access
    row(1026, MendField, &[]),                            // ground of the deregistration
    row(1027, AskedAlready, &[]),                         // the entity's deregistration
    row(1028, MendField, &[]),                            // user name
    row(1029, MendField, &[]),                            // the same access twice
    row(1030, AskedAlready, &[]),                         // the website's deregistration
    row(1031, MendField, &["services[0].administrator"]), // administrator's office phone
    row(1032, AskedAlready, &[]),                         // the access's cancellation
    row(1033, MendField, &[]),                            // kind of permit
    row(1034, MendField, &[]),                            // content
    row(1035, MendField, &[]),                            // kind of access
    row(1036, MendField, &[]),                            // place of the server
    row(1037, AskedAlready, &[]),                         // the website is filed
    row(1038, AskedAlready, &[]),                         // the access is filed
    row(1039, AskedAlready, &[]),                         // the domain is filed
    row(1040, AskedAlready, &[]),                         // the IP address is filed
    row(1041, MendField, &[]),                            // home page outside its domains
    row(1042, NotThisWay, &[]),                           // the entity is being deregistered
    row(1043, NotThisWay, &[]),                           // a website is being deregistered
    row(1044, MendField, &["entity.leader.name"]),        // leader's name
    row(1045, NotThisWay, &[]),                           // a provider of another province
    row(1046, NotThisWay, &[]),                           // another province by a modification
    row(1047, NotThisWay, &[]),                           // another provider's access
    row(1048, NotThisWay, &[]),                           // another provider's filing
    row(1049, NotThisWay, &[]),                           // the entity is deregistered
    row(1050, NotThisWay, &[]),                           // the website is deregistered
    row(1051, TryLater, &[]),                             // too many modifications at once
    row(1052, TryLater, &[]),                             // under way elsewhere
    row(1053, NotThisWay, &[]),                           // the unit is deleted
    row(1054, NotThisWay, &[]),                           // the reporting unit
    row(1055, MendField, &[]),                            // another order's verification form
    row(1056, MendField, &[]),                            // attachment's format
    row(1057, MendField, &[]),                            // attachment's use
    row(1058, NotThisWay, &[]),                           // no such entity
    row(1059, NotThisWay, &[]),                           // no such website
    row(1060, Received, &[]),                             // verification form stored
    row(1061, MendField, &[]),                            // verification form's use
    row(1062, Received, &[]),                             // IP addresses agree
    row(1063, MendField, &[]),                            // IP addresses disagree
    row(1064, Refused, &[]),                              // a domain on the blacklist
    row(1065, Refused, &[]),                              // an entity on the blacklist
    row(1066, MendField, &[]),                            // language
    row(1067, MendField, &[]),                            // a number of several websites
    row(1068, MendField, &[]),                            // a number of several summaries
    row(1999, Unknown, &[]),                              // anything else
];
