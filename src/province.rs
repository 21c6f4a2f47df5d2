//! The 31 provinces in which a filing is made.

use core::{fmt, str::FromStr};

use crate::words::{letters, same_words};

/// One row per province: GB/T 2260 code, stable name, Chinese short and full name, English name, and the
/// character that stands for it.
macro_rules! provinces {
    ($($variant:ident = $code:literal, $name:literal, $short:literal, $full:literal, $english:literal,
     $abbreviation:literal;)+) => {
        /// A province, autonomous region or municipality of mainland China: all 31 of them (R01).
        ///
        /// ```
        /// use beian::{Lang, Province};
        ///
        /// let province: Province = "内蒙古自治区".parse()?;
        /// assert_eq!(province, Province::InnerMongolia);
        /// assert_eq!(province, "inner mongolia".parse()?);
        /// assert_eq!(province, "15".parse()?);
        /// assert_eq!((province.code(), province.text(Lang::Zh)), (15, "内蒙古"));
        /// assert_eq!(province.to_string(), "inner_mongolia");
        /// # Ok::<(), beian::ProvinceProblem>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Province {
            $(#[doc = concat!($full, ".")] $variant),+
        }

        impl Province {
            /// Every province, by code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The two digits of GB/T 2260, with which a resident ID number begins: 11 to 65.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self {
                    $(Self::$variant => $code),+
                }
            }

            /// The stable machine name, as serde and `Display` have it: `inner_mongolia`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }

            /// The Chinese short name: 内蒙古.
            #[must_use]
            pub(crate) const fn chinese(self) -> &'static str {
                match self {
                    $(Self::$variant => $short),+
                }
            }

            /// The official Chinese name: 内蒙古自治区.
            #[must_use]
            pub const fn chinese_full(self) -> &'static str {
                match self {
                    $(Self::$variant => $full),+
                }
            }

            /// The character that stands for it in filing numbers (B33): 蒙. Some have another one beside it,
            /// which is read, and never printed: 川 for 蜀, 贵 for 黔, 云 for 滇, 秦 for 陕, 甘 for 陇.
            ///
            /// ```
            /// use beian::Province;
            ///
            /// assert_eq!(Province::Guangdong.abbreviation(), '粤');
            /// assert_eq!(Province::from_abbreviation('川'), Some(Province::Sichuan));
            /// ```
            #[must_use]
            pub const fn abbreviation(self) -> char {
                match self {
                    $(Self::$variant => $abbreviation),+
                }
            }

            /// The English name: Inner Mongolia.
            #[must_use]
            pub(crate) const fn english(self) -> &'static str {
                match self {
                    $(Self::$variant => $english),+
                }
            }
        }
    };
}

provinces! {
    Beijing = 11, "beijing", "北京", "北京市", "Beijing", '京';
    Tianjin = 12, "tianjin", "天津", "天津市", "Tianjin", '津';
    Hebei = 13, "hebei", "河北", "河北省", "Hebei", '冀';
    Shanxi = 14, "shanxi", "山西", "山西省", "Shanxi", '晋';
    InnerMongolia = 15, "inner_mongolia", "内蒙古", "内蒙古自治区", "Inner Mongolia", '蒙';
    Liaoning = 21, "liaoning", "辽宁", "辽宁省", "Liaoning", '辽';
    Jilin = 22, "jilin", "吉林", "吉林省", "Jilin", '吉';
    Heilongjiang = 23, "heilongjiang", "黑龙江", "黑龙江省", "Heilongjiang", '黑';
    Shanghai = 31, "shanghai", "上海", "上海市", "Shanghai", '沪';
    Jiangsu = 32, "jiangsu", "江苏", "江苏省", "Jiangsu", '苏';
    Zhejiang = 33, "zhejiang", "浙江", "浙江省", "Zhejiang", '浙';
    Anhui = 34, "anhui", "安徽", "安徽省", "Anhui", '皖';
    Fujian = 35, "fujian", "福建", "福建省", "Fujian", '闽';
    Jiangxi = 36, "jiangxi", "江西", "江西省", "Jiangxi", '赣';
    Shandong = 37, "shandong", "山东", "山东省", "Shandong", '鲁';
    Henan = 41, "henan", "河南", "河南省", "Henan", '豫';
    Hubei = 42, "hubei", "湖北", "湖北省", "Hubei", '鄂';
    Hunan = 43, "hunan", "湖南", "湖南省", "Hunan", '湘';
    Guangdong = 44, "guangdong", "广东", "广东省", "Guangdong", '粤';
    Guangxi = 45, "guangxi", "广西", "广西壮族自治区", "Guangxi", '桂';
    Hainan = 46, "hainan", "海南", "海南省", "Hainan", '琼';
    Chongqing = 50, "chongqing", "重庆", "重庆市", "Chongqing", '渝';
    Sichuan = 51, "sichuan", "四川", "四川省", "Sichuan", '蜀';
    Guizhou = 52, "guizhou", "贵州", "贵州省", "Guizhou", '黔';
    Yunnan = 53, "yunnan", "云南", "云南省", "Yunnan", '滇';
    Tibet = 54, "tibet", "西藏", "西藏自治区", "Tibet", '藏';
    Shaanxi = 61, "shaanxi", "陕西", "陕西省", "Shaanxi", '陕';
    Gansu = 62, "gansu", "甘肃", "甘肃省", "Gansu", '陇';
    Qinghai = 63, "qinghai", "青海", "青海省", "Qinghai", '青';
    Ningxia = 64, "ningxia", "宁夏", "宁夏回族自治区", "Ningxia", '宁';
    Xinjiang = 65, "xinjiang", "新疆", "新疆维吾尔自治区", "Xinjiang", '新';
}

/// The characters that stand for a province as well.
const OTHER_ABBREVIATIONS: &[(char, Province)] = &[
    ('川', Province::Sichuan),
    ('贵', Province::Guizhou),
    ('云', Province::Yunnan),
    ('秦', Province::Shaanxi),
    ('甘', Province::Gansu),
];

/// Names that are written as well.
const ALIASES: &[(&str, Province)] = &[
    ("Nei Mongol", Province::InnerMongolia),
    ("Xizang", Province::Tibet),
    ("广西自治区", Province::Guangxi),
    ("宁夏自治区", Province::Ningxia),
    ("新疆自治区", Province::Xinjiang),
];

/// Hong Kong, Macao and Taiwan, in the spellings that [`Province::parse`] reads.
const NOT_MAINLAND: &[&str] = &[
    "71",
    "710000",
    "台湾",
    "台湾省",
    "Taiwan",
    "81",
    "810000",
    "香港",
    "香港特别行政区",
    "Hong Kong",
    "82",
    "820000",
    "澳门",
    "澳门特别行政区",
    "Macao",
    "Macau",
];

/// Where the number on the back of a Hong Kong / Macao permit is asked for (B13). A province that
/// begins to ask for it gets a row here; document, order and form follow.
const ASKING_FOR_PERMIT_BACKS: &[Province] = &[Province::Zhejiang];

impl Province {
    /// Whether an order filed here needs the number on the back of a Hong Kong / Macao permit; its
    /// last six are then what the person enters (B13).
    ///
    /// ```
    /// use beian::Province;
    ///
    /// assert!(Province::Zhejiang.asks_for_permit_backs());
    /// assert!(!Province::Beijing.asks_for_permit_backs());
    /// ```
    #[must_use]
    pub fn asks_for_permit_backs(self) -> bool {
        ASKING_FOR_PERMIT_BACKS.contains(&self)
    }

    /// The province that a character stands for.
    #[must_use]
    pub fn from_abbreviation(abbreviation: char) -> Option<Self> {
        let all = Self::ALL.iter();
        let names = all.map(|it| (it.abbreviation(), *it));
        let others = OTHER_ABBREVIATIONS.iter().copied();
        names
            .chain(others)
            .find_map(|(name, it)| (name == abbreviation).then_some(it))
    }

    /// Reads a province as people write it: the Chinese short or official name (新疆自治区 too), the
    /// English name (in any case, with spaces, hyphens or underscores), or the code, of two digits or of six
    /// (`110000`).
    ///
    /// # Errors
    /// [`ProvinceProblem::NotMainland`] for Hong Kong, Macao and Taiwan, where no ICP filing is made
    /// (R01), else [`ProvinceProblem::Missing`] or [`ProvinceProblem::Unknown`].
    pub fn parse(input: &str) -> Result<Self, ProvinceProblem> {
        let is = |name: &&str| same_words(name, input);
        if letters(input).next().is_none() {
            return Err(ProvinceProblem::Missing);
        }
        if NOT_MAINLAND.iter().any(is) {
            return Err(ProvinceProblem::NotMainland);
        }
        let alias = ALIASES.iter().find(|(name, _)| is(name));
        let province = || {
            Self::ALL.iter().copied().find(|province| {
                let names = [
                    province.chinese(),
                    province.chinese_full(),
                    province.english(),
                ];
                names.iter().any(is) || province.has_code(input)
            })
        };
        alias
            .map(|(_, province)| *province)
            .or_else(province)
            .ok_or(ProvinceProblem::Unknown)
    }

    /// Two digits, or all six of them for the whole province.
    fn has_code(self, input: &str) -> bool {
        let code =
            [self.code() / 10, self.code() % 10].map(|digit| char::from_digit(digit.into(), 10));
        let input = || letters(input).map(Some);
        input().eq(code) || input().eq(code.into_iter().chain([Some('0'); 4]))
    }
}

impl FromStr for Province {
    type Err = ProvinceProblem;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        Self::parse(input)
    }
}

impl fmt::Display for Province {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Province {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Province {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <alloc::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

/// Why an input names no province.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ProvinceProblem {
    /// Nothing was given.
    #[error("province missing")]
    Missing,
    /// Hong Kong, Macao or Taiwan (R01).
    #[error("no ICP filing is made in Hong Kong, Macao and Taiwan: expected a mainland province")]
    NotMainland,
    /// Not one of the 31.
    #[error(
        "unknown province; possible are: a Chinese name (北京, 内蒙古自治区), an English one \
         (Beijing, Inner Mongolia), or a code of GB/T 2260 (11 to 65, or 110000)"
    )]
    Unknown,
}
