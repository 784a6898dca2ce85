//! The country of a number, and its usual spelling, as far as the number alone decides them.

use std::sync::LazyLock;

use super::number::E164;
use super::text::excerpt;

/// The two-letter code of the number's country; none if several countries share the calling code.
pub fn of(number: &E164) -> Option<&'static str> {
    let digits = &number.as_str()[1..];
    if let Some(national) = digits.strip_prefix('1') {
        return north_american(national);
    }
    calling_code(digits).map(|(_, country)| country).filter(|country| !country.is_empty())
}

/// The number's international form: country code and national number apart, North American numbers in groups.
pub fn display(number: &E164) -> String {
    let digits = &number.as_str()[1..];
    if digits.len() == 11 && digits.starts_with('1') {
        return format!("+1 {} {} {}", &digits[1..4], &digits[4..7], &digits[7..]);
    }
    match calling_code(digits) {
        Some((code, _)) => format!("+{code} {}", &digits[code.len()..]),
        None => number.to_string(),
    }
}

fn calling_code(digits: &str) -> Option<(&'static str, &'static str)> {
    // No code begins with another one, so only the last one up to the digits can be their beginning.
    let up_to = CODES.partition_point(|(code, _)| *code <= digits);
    CODES[..up_to].last().copied().filter(|(code, _)| digits.starts_with(code))
}

/// Whether the text is an assigned two-letter country code, in upper case (ISO 3166-1, and XK).
pub fn is_code(text: &str) -> bool {
    text.len() == 2 && ISO.split_whitespace().any(|code| code == text)
}

/// The assigned two-letter country codes.
pub fn codes() -> impl Iterator<Item = &'static str> {
    ISO.split_whitespace()
}

/// A country's two-letter code in upper case, however it was written.
///
/// # Errors
/// What is wrong with it.
pub fn code(text: &str) -> Result<String, String> {
    let upper = text.to_uppercase();
    if is_code(&upper) {
        return Ok(upper);
    }
    let near = if upper == "UK" { "; did you mean `GB`?" } else { "" };
    Err(format!("`{}` is not a two-letter country code{near}", excerpt(text, 20)))
}

/// By area code. Toll-free and other shared codes belong to no single country.
fn north_american(national: &str) -> Option<&'static str> {
    let area = national.get(..3)?;
    if SHARED.binary_search(&area).is_ok() {
        return None;
    }
    if CANADA.binary_search(&area).is_ok() {
        return Some("CA");
    }
    let island = ISLANDS.binary_search_by_key(&area, |(code, _)| code).ok();
    island.and_then(|at| ISLANDS.get(at)).map(|(_, country)| *country).or(Some("US"))
}

/// Non-geographic codes of the North American Numbering Plan.
const SHARED: &[&str] = &[
    "500", "521", "522", "523", "524", "525", "526", "527", "528", "529", "533", "544", "566", "577", "588",
    "600", "622", "700", "710", "800", "822", "833", "844", "855", "866", "877", "888", "900",
];

const CANADA: &[&str] = &[
    "204", "226", "236", "249", "250", "257", "263", "289", "306", "343", "354", "365", "367", "368", "382",
    "387", "403", "416", "418", "428", "431", "437", "438", "450", "460", "468", "474", "506", "514", "519",
    "537", "548", "568", "579", "581", "584", "587", "604", "613", "639", "647", "672", "683", "705", "709",
    "742", "753", "778", "780", "782", "807", "819", "825", "851", "867", "873", "879", "902", "905", "942",
];

/// Calling or area codes in their order, each with its country.
type Table = Vec<(&'static str, &'static str)>;

fn table(text: &'static str) -> Table {
    let split = |entry: &'static str| entry.split_at(entry.trim_end_matches(char::is_alphabetic).len());
    text.split(' ').map(split).collect()
}

static ISLANDS: LazyLock<Table> = LazyLock::new(|| {
    table(
        "242BS 246BB 264AI 268AG 284VG 340VI 345KY 441BM \
    473GD 649TC 658JM 664MS 670MP 671GU 684AS 721SX 758LC 767DM 784VC 787PR 809DO 829DO 849DO 868TT 869KN \
    876JM 939PR",
    )
});

const ISO: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM \
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS \
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN \
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ \
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV \
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
    VN VU WF WS YE YT XK ZA ZM ZW";

/// Country calling codes (ITU-T E.164 assignments); without a country where several share the code.
static CODES: LazyLock<Table> = LazyLock::new(|| {
    table(
        "20EG 211SS 212 213DZ 216TN 218LY 220GM 221SN \
    222MR 223ML 224GN 225CI 226BF 227NE 228TG 229BJ 230MU 231LR 232SL 233GH 234NG 235TD 236CF 237CM 238CV \
    239ST 240GQ 241GA 242CG 243CD 244AO 245GW 246IO 247 248SC 249SD 250RW 251ET 252SO 253DJ 254KE 255TZ \
    256UG 257BI 258MZ 260ZM 261MG 262 263ZW 264NA 265MW 266LS 267BW 268SZ 269KM 27ZA 290SH 291ER 297AW \
    298FO 299GL 30GR 31NL 32BE 33FR 34ES 350GI 351PT 352LU 353IE 354IS 355AL 356MT 357CY 358 359BG 36HU \
    370LT 371LV 372EE 373MD 374AM 375BY 376AD 377MC 378SM 380UA 381RS 382ME 383XK 385HR 386SI 387BA 389MK \
    39 40RO 41CH 420CZ 421SK 423LI 43AT 44GB 45DK 46SE 47 48PL 49DE 500FK 501BZ 502GT 503SV 504HN 505NI \
    506CR 507PA 508PM 509HT 51PE 52MX 53CU 54AR 55BR 56CL 57CO 58VE 590 591BO 592GY 593EC 594GF 595PY \
    596MQ 597SR 598UY 599 60MY 61 62ID 63PH 64NZ 65SG 66TH 670TL 672 673BN 674NR 675PG 676TO 677SB 678VU \
    679FJ 680PW 681WF 682CK 683NU 685WS 686KI 687NC 688TV 689PF 690TK 691FM 692MH 7 81JP 82KR 84VN 850KP \
    852HK 853MO 855KH 856LA 86CN 880BD 886TW 90TR 91IN 92PK 93AF 94LK 95MM 960MV 961LB 962JO 963SY 964IQ \
    965KW 966SA 967YE 968OM 970PS 971AE 972IL 973BH 974QA 975BT 976MN 977NP 98IR 992TJ 993TM 994AZ 995GE \
    996KG 998UZ",
    )
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbers_country_is_derived_if_it_is_unambiguous() {
        for (number, country, shown) in [
            ("+16466661110", Some("US"), "+1 646 666 1110"),
            ("+14165550100", Some("CA"), "+1 416 555 0100"),
            ("+18765550100", Some("JM"), "+1 876 555 0100"),
            ("+18005550100", None, "+1 800 555 0100"),
            ("+442071838750", Some("GB"), "+44 2071838750"),
            ("+358401234567", None, "+358 401234567"),
            ("+79991234567", None, "+7 9991234567"),
            ("+99912345678", None, "+99912345678"),
            ("+16485550100", Some("US"), "+1 648 555 0100"),
            ("+2712345678", Some("ZA"), "+27 12345678"),
            ("+29912345678", Some("GL"), "+299 12345678"),
            ("+99812345678", Some("UZ"), "+998 12345678"),
            ("+19995550100", Some("US"), "+1 999 555 0100"),
            ("+20012345678", Some("EG"), "+20 012345678"),
        ] {
            let number: E164 = number.parse().unwrap();
            assert_eq!((of(&number), display(&number).as_str()), (country, shown));
        }
    }

    #[test]
    fn the_tables_can_be_searched() {
        assert!(SHARED.is_sorted() && CANADA.is_sorted() && ISLANDS.is_sorted() && CODES.is_sorted());
        for two in CODES.windows(2) {
            assert!(!two[1].0.starts_with(two[0].0), "{} begins with {}", two[1].0, two[0].0);
        }
    }
}
