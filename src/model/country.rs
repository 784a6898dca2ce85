//! The country of a number, and its usual spelling, as far as the number alone decides them.

use super::number::E164;
use super::text::excerpt;

/// The two-letter code of the number's country; none if several countries share the calling code.
pub fn of(number: &E164) -> Option<&'static str> {
    let digits = &number.as_str()[1..];
    if let Some(national) = digits.strip_prefix('1') {
        return north_american(national);
    }
    let (_, country) = calling_code(digits)?;
    (!country.is_empty()).then_some(country)
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

const ISLANDS: &[(&str, &str)] = &[
    ("242", "BS"),
    ("246", "BB"),
    ("264", "AI"),
    ("268", "AG"),
    ("284", "VG"),
    ("340", "VI"),
    ("345", "KY"),
    ("441", "BM"),
    ("473", "GD"),
    ("649", "TC"),
    ("658", "JM"),
    ("664", "MS"),
    ("670", "MP"),
    ("671", "GU"),
    ("684", "AS"),
    ("721", "SX"),
    ("758", "LC"),
    ("767", "DM"),
    ("784", "VC"),
    ("787", "PR"),
    ("809", "DO"),
    ("829", "DO"),
    ("849", "DO"),
    ("868", "TT"),
    ("869", "KN"),
    ("876", "JM"),
    ("939", "PR"),
];

const ISO: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM \
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS \
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN \
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ \
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV \
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
    VN VU WF WS YE YT XK ZA ZM ZW";

/// Country calling codes (ITU-T E.164 assignments); an empty country where several share the code.
const CODES: &[(&str, &str)] = &[
    ("20", "EG"),
    ("211", "SS"),
    ("212", ""),
    ("213", "DZ"),
    ("216", "TN"),
    ("218", "LY"),
    ("220", "GM"),
    ("221", "SN"),
    ("222", "MR"),
    ("223", "ML"),
    ("224", "GN"),
    ("225", "CI"),
    ("226", "BF"),
    ("227", "NE"),
    ("228", "TG"),
    ("229", "BJ"),
    ("230", "MU"),
    ("231", "LR"),
    ("232", "SL"),
    ("233", "GH"),
    ("234", "NG"),
    ("235", "TD"),
    ("236", "CF"),
    ("237", "CM"),
    ("238", "CV"),
    ("239", "ST"),
    ("240", "GQ"),
    ("241", "GA"),
    ("242", "CG"),
    ("243", "CD"),
    ("244", "AO"),
    ("245", "GW"),
    ("246", "IO"),
    ("247", ""),
    ("248", "SC"),
    ("249", "SD"),
    ("250", "RW"),
    ("251", "ET"),
    ("252", "SO"),
    ("253", "DJ"),
    ("254", "KE"),
    ("255", "TZ"),
    ("256", "UG"),
    ("257", "BI"),
    ("258", "MZ"),
    ("260", "ZM"),
    ("261", "MG"),
    ("262", ""),
    ("263", "ZW"),
    ("264", "NA"),
    ("265", "MW"),
    ("266", "LS"),
    ("267", "BW"),
    ("268", "SZ"),
    ("269", "KM"),
    ("27", "ZA"),
    ("290", "SH"),
    ("291", "ER"),
    ("297", "AW"),
    ("298", "FO"),
    ("299", "GL"),
    ("30", "GR"),
    ("31", "NL"),
    ("32", "BE"),
    ("33", "FR"),
    ("34", "ES"),
    ("350", "GI"),
    ("351", "PT"),
    ("352", "LU"),
    ("353", "IE"),
    ("354", "IS"),
    ("355", "AL"),
    ("356", "MT"),
    ("357", "CY"),
    ("358", ""),
    ("359", "BG"),
    ("36", "HU"),
    ("370", "LT"),
    ("371", "LV"),
    ("372", "EE"),
    ("373", "MD"),
    ("374", "AM"),
    ("375", "BY"),
    ("376", "AD"),
    ("377", "MC"),
    ("378", "SM"),
    ("380", "UA"),
    ("381", "RS"),
    ("382", "ME"),
    ("383", "XK"),
    ("385", "HR"),
    ("386", "SI"),
    ("387", "BA"),
    ("389", "MK"),
    ("39", ""),
    ("40", "RO"),
    ("41", "CH"),
    ("420", "CZ"),
    ("421", "SK"),
    ("423", "LI"),
    ("43", "AT"),
    ("44", "GB"),
    ("45", "DK"),
    ("46", "SE"),
    ("47", ""),
    ("48", "PL"),
    ("49", "DE"),
    ("500", "FK"),
    ("501", "BZ"),
    ("502", "GT"),
    ("503", "SV"),
    ("504", "HN"),
    ("505", "NI"),
    ("506", "CR"),
    ("507", "PA"),
    ("508", "PM"),
    ("509", "HT"),
    ("51", "PE"),
    ("52", "MX"),
    ("53", "CU"),
    ("54", "AR"),
    ("55", "BR"),
    ("56", "CL"),
    ("57", "CO"),
    ("58", "VE"),
    ("590", ""),
    ("591", "BO"),
    ("592", "GY"),
    ("593", "EC"),
    ("594", "GF"),
    ("595", "PY"),
    ("596", "MQ"),
    ("597", "SR"),
    ("598", "UY"),
    ("599", ""),
    ("60", "MY"),
    ("61", ""),
    ("62", "ID"),
    ("63", "PH"),
    ("64", "NZ"),
    ("65", "SG"),
    ("66", "TH"),
    ("670", "TL"),
    ("672", ""),
    ("673", "BN"),
    ("674", "NR"),
    ("675", "PG"),
    ("676", "TO"),
    ("677", "SB"),
    ("678", "VU"),
    ("679", "FJ"),
    ("680", "PW"),
    ("681", "WF"),
    ("682", "CK"),
    ("683", "NU"),
    ("685", "WS"),
    ("686", "KI"),
    ("687", "NC"),
    ("688", "TV"),
    ("689", "PF"),
    ("690", "TK"),
    ("691", "FM"),
    ("692", "MH"),
    ("7", ""),
    ("81", "JP"),
    ("82", "KR"),
    ("84", "VN"),
    ("850", "KP"),
    ("852", "HK"),
    ("853", "MO"),
    ("855", "KH"),
    ("856", "LA"),
    ("86", "CN"),
    ("880", "BD"),
    ("886", "TW"),
    ("90", "TR"),
    ("91", "IN"),
    ("92", "PK"),
    ("93", "AF"),
    ("94", "LK"),
    ("95", "MM"),
    ("960", "MV"),
    ("961", "LB"),
    ("962", "JO"),
    ("963", "SY"),
    ("964", "IQ"),
    ("965", "KW"),
    ("966", "SA"),
    ("967", "YE"),
    ("968", "OM"),
    ("970", "PS"),
    ("971", "AE"),
    ("972", "IL"),
    ("973", "BH"),
    ("974", "QA"),
    ("975", "BT"),
    ("976", "MN"),
    ("977", "NP"),
    ("98", "IR"),
    ("992", "TJ"),
    ("993", "TM"),
    ("994", "AZ"),
    ("995", "GE"),
    ("996", "KG"),
    ("998", "UZ"),
];

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
