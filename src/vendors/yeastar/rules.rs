//! What can be said of an input without asking the PBX.

use super::abilities::{FACTS, PEER_CREATE_CODECS};
use crate::model::error::FieldError;
use crate::model::fields::Field;
use crate::model::health::{StaticRule, Verdict as Health};
use crate::model::support::{Need, Shape};
use crate::model::text::excerpt;
use crate::model::trunk::{ActualTrunk, Direction, Extension, ExtensionType, Kind, Trunk, TrunkChange};
use crate::vendors::Verdict;
use crate::vendors::check::{self, When};

/// Judges a trunk to be created.
pub fn create(trunk: &Trunk) -> Verdict {
    let mut verdict = Verdict::default();
    direction(trunk, &mut verdict);
    let Some(kind) = &trunk.kind else {
        verdict.errors.push(FieldError::new("kind", "is missing; give --kind register, peer or account"));
        check::fields_of(&FACTS, None, When::Create, trunk, &mut verdict);
        return verdict;
    };
    let Some(shape) = shape(kind, &mut verdict) else { return verdict };
    check::fields(&FACTS, shape, When::Create, trunk, &mut verdict);
    if *kind == Kind::Peer {
        // Table 5 of "Add a SIP Trunk" lacks mpeg4, table 5 of "Edit a SIP Trunk" has it.
        for codec in trunk.codecs.iter().flatten().filter(|codec| *codec == "mpeg4") {
            let list = PEER_CREATE_CODECS.join(", ");
            let text = format!("`{codec}` is not accepted when a peer trunk is created; use of {list}");
            verdict.errors.push(FieldError::new("codecs", text));
        }
    }
    if *kind == Kind::Register && trunk.password.as_ref().and_then(|p| p.expose()).is_some_and(breaks_rule) {
        verdict.warnings.push(PASSWORD_RULE.to_owned());
    }
    extensions(trunk, &mut verdict);
    name(trunk, &mut verdict);
    verdict
}

/// Judges a change. Without the trunk as it is, the given kind decides which fields there are.
pub fn update(change: &TrunkChange, actual: Option<&ActualTrunk>) -> Verdict {
    let mut verdict = Verdict::default();
    let set = &change.set;
    direction(set, &mut verdict);
    extensions(set, &mut verdict);
    let real = actual.and_then(|actual| actual.trunk.kind.as_ref());
    if let (Some(given), Some(real)) = (&set.kind, real)
        && given != real
    {
        let text =
            format!("the trunk is of kind {real}, which cannot be changed; delete it and create it again");
        verdict.errors.push(FieldError::new("kind", text));
        return verdict;
    }
    let Some(kind) = real.or(set.kind.as_ref()) else {
        // What no kind takes is refused before the kind is read.
        check::fields_of(&FACTS, None, When::Update, set, &mut verdict);
        return verdict;
    };
    let Some(shape) = shape(kind, &mut verdict) else { return verdict };
    check::fields(&FACTS, shape, When::Update, set, &mut verdict);
    if change.alters_dids()
        && let Some(Need::Refused(why)) = shape.fact(Field::Dids).map(|fact| fact.update)
    {
        verdict.errors.push(FieldError::new("dids", why));
    }
    name(set, &mut verdict);
    verdict.warnings.extend(actual.and_then(|actual| left_behind(&actual.trunk, set)));
    verdict
}

/// With the kind given and no list to add to, the change alone makes the request.
pub fn needs_actual(change: &TrunkChange) -> bool {
    change.set.kind.is_none() || change.alters_dids()
}

/// A group if it says so, otherwise an extension.
pub fn extension_type(extension: &Extension) -> ExtensionType {
    extension.what.clone().unwrap_or(ExtensionType::Extension)
}

/// Newer firmware lists peer trunks as `peer_did`, `peer_port` and `peer_private` ("Query Trunk List", cloud).
fn shape(kind: &Kind, verdict: &mut Verdict) -> Option<&'static Shape> {
    let name = if kind.as_str().starts_with("peer") { "peer" } else { kind.as_str() };
    let shape = FACTS.shape(name);
    if shape.is_none() {
        let text = format!(
            "`{kind}` is not a kind of SIP trunk that a PBX creates or edits; use register, peer or account"
        );
        verdict.errors.push(FieldError::new("kind", text));
    }
    shape
}

fn direction(trunk: &Trunk, verdict: &mut Verdict) {
    if trunk.direction.as_ref().is_some_and(|direction| *direction != Direction::Both) {
        let text = "a PBX's trunks carry calls both ways; leave it out or use `both`";
        verdict.errors.push(FieldError::new("direction", text));
    }
}

/// The warning if the host changes but the domain, which defaulted to it, stays.
fn left_behind(actual: &Trunk, set: &Trunk) -> Option<String> {
    let (old, new) = (actual.domain.as_ref()?, set.host.as_ref()?);
    let stays = set.domain.is_none() && actual.host.as_ref() == Some(old) && new != old;
    stays.then(|| {
        format!("the domain stays `{old}`, as the host was; set `domain` too if it goes with the host")
    })
}

/// Ids in `ext_list` are whole numbers (table 3); any other text was meant as a number or a name.
fn extensions(trunk: &Trunk, verdict: &mut Verdict) {
    for (at, entry) in trunk.caller_id_overrides.iter().flatten().enumerate() {
        for id in entry.extensions.iter().filter_map(|extension| extension.id.as_deref()) {
            if id.parse::<u64>().is_err() {
                let text = format!(
                    "`{}` is not an id of an extension: those are whole numbers; give its `number` or `name` \
                     to have the id looked up",
                    excerpt(id, 40)
                );
                verdict.errors.push(FieldError::new(format!("caller_id_overrides[{at}].extensions"), text));
            }
        }
    }
}

/// Warns about what the PBX may still accept.
fn name(trunk: &Trunk, verdict: &mut Verdict) {
    let Some(name) = &trunk.name else { return };
    if name.chars().count() > LONGEST_NAME {
        verdict
            .warnings
            .push(format!("trunk name `{name}` is longer than the 63 characters that Yeastar documents"));
    }
    if name.contains(' ') {
        verdict.warnings.push(format!("trunk name `{name}` has a space, which Yeastar's import refuses"));
    }
}

/// The limits of "Import and Export Parameters - Trunk", which the API pages do not repeat: no spaces and no special
/// characters. The vendor's own examples have `_` and `-`.
fn breaks_name_rule(name: &str) -> bool {
    name.chars().count() > LONGEST_NAME
        || name.chars().any(|c| !c.is_alphanumeric() && !matches!(c, '_' | '-'))
}

const LONGEST_NAME: usize = 63;

/// The static rules of `trunk check`.
pub const STATIC: &[StaticRule] = &[
    StaticRule {
        id: "static.password",
        verdict: Health::Warn,
        message: "the password is shorter than 10 characters, or lacks digits, upper or lower case",
        violated: |trunk| {
            let password = trunk.password.as_ref().and_then(|password| password.expose());
            trunk.kind == Some(Kind::Register) && password.is_some_and(breaks_rule)
        },
    },
    StaticRule {
        id: "static.name",
        verdict: Health::Warn,
        message: "the name is longer than 63 characters, or contains blanks or special characters",
        violated: |trunk| trunk.name.as_deref().is_some_and(breaks_name_rule),
    },
];

/// An ITSP issues the password, so Yeastar's own rule for it cannot bind ("Add a SIP Trunk", table 1; newer
/// copies of the page drop it).
const PASSWORD_RULE: &str = "the password breaks the rule that Yeastar publishes for register trunks (at least 10 \
     characters with digits, upper and lower case); it is sent as it is, and the PBX decides";

fn breaks_rule(password: &str) -> bool {
    password.chars().count() < 10
        || !password.chars().any(|c| c.is_ascii_digit())
        || !password.chars().any(char::is_uppercase)
        || !password.chars().any(char::is_lowercase)
}
