//! Kind and direction, which choose the shape that a vendor's trunk has.

use super::{Fate, Loss};
use crate::model::fields::Field;
use crate::model::trunk::{Direction, Kind, Trunk};
use crate::vendors::{Facts, Vendor, stands_for};

/// The replacements of a kind that the vendor lacks, the closest first.
const NEAREST: &[(&str, &[&str])] = &[
    ("register", &["register", "peer", "account", "assigned"]),
    ("peer", &["peer", "register", "account", "assigned"]),
    ("account", &["account", "register", "peer", "assigned"]),
    // What is assigned is reached at an address, and has no credentials of its own.
    ("assigned", &["assigned", "peer", "register", "account"]),
];

/// A trunk that has a shape, and what became of kind and direction.
pub struct Mapped {
    pub trunk: Trunk,
    /// Their fates, if they changed.
    pub losses: Vec<Loss>,
}

/// The trunk with its own kind, in the model's word for it.
pub fn own(source: &Trunk, facts: &Facts) -> Result<Mapped, String> {
    let (mut trunk, mut losses) = (source.clone(), Vec::new());
    if let Some(Kind::Other(word)) = &source.kind {
        let kind = facts.shape_of(word).and_then(|shape| shape.name.parse().ok());
        let Some(kind) = kind else {
            return Err(format!("kind: `{word}` is not a kind of trunk that trunkctl creates"));
        };
        losses.push(Loss {
            field: Field::Kind,
            fate: Fate::Approximated(format!("{word} is written as {kind}")),
        });
        trunk.kind = Some(kind);
    }
    Ok(Mapped { trunk, losses })
}

/// The trunk with the nearest kind and direction that the vendor has.
pub fn other(source: &Trunk, vendor: &dyn Vendor) -> Mapped {
    // Raw fields are the source's own, and say nothing to this vendor.
    let source = &Trunk { vendor_fields: Default::default(), ..source.clone() };
    let kinds = kinds(source);
    let directions = directions(source);
    let with = |kind: &Option<Kind>, direction: &Option<Direction>| Trunk {
        kind: kind.clone(),
        direction: direction.clone(),
        ..source.clone()
    };
    let mut best: Option<((usize, bool, usize), Trunk)> = None;
    for (rank, kind) in kinds.iter().enumerate() {
        for direction in &directions {
            let trunk = with(kind, direction);
            let errors = vendor.check_create(&trunk).errors;
            if errors.iter().any(|error| ["kind", "direction"].contains(&error.field.as_str())) {
                continue;
            }
            let cost = (rank, *direction != source.direction, errors.len());
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, trunk));
            }
        }
    }
    let Some((_, trunk)) = best else {
        return Mapped { trunk: source.clone(), losses: Vec::new() };
    };
    let why = |field: Field, tried: &Trunk| {
        let errors = vendor.check_create(tried).errors;
        errors
            .into_iter()
            .find(|error| error.field == field.name())
            .map(|error| format!(": {}", error.message))
    };
    let mut losses = Vec::new();
    if trunk.kind != source.kind {
        let why = why(Field::Kind, &with(&source.kind, &trunk.direction)).unwrap_or_default();
        let how = format!("{} becomes {}{why}", word(source.kind.as_ref()), word(trunk.kind.as_ref()));
        losses.push(Loss { field: Field::Kind, fate: Fate::Approximated(how) });
    }
    if trunk.direction != source.direction {
        let why = why(Field::Direction, &with(&trunk.kind, &source.direction)).unwrap_or_default();
        let (before, after) = (word(source.direction.as_ref()), word(trunk.direction.as_ref()));
        let how = format!("{before} becomes {after}{why}");
        losses.push(Loss { field: Field::Direction, fate: Fate::Approximated(how) });
    }
    Mapped { trunk, losses }
}

fn word(word: Option<&impl ToString>) -> String {
    word.map_or_else(|| "none".to_owned(), ToString::to_string)
}

/// The kinds to try, the nearest first.
fn kinds(source: &Trunk) -> Vec<Option<Kind>> {
    let word = source.kind.as_ref().map(Kind::as_str).unwrap_or_default();
    let row = NEAREST.iter().find(|(kind, _)| stands_for(word, kind));
    let words = row.map_or(Kind::WORDS, |(_, words)| words);
    words.iter().map(|word| word.parse().ok()).collect()
}

/// The directions to try, the trunk's own first.
fn directions(source: &Trunk) -> Vec<Option<Direction>> {
    let mut all = vec![source.direction.clone()];
    all.extend(
        Direction::WORDS.iter().map(|word| word.parse().ok()).filter(|word| *word != source.direction),
    );
    all
}
