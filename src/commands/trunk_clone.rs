//! `trunk clone`: a trunk like another one, on the same profile or on another.

use super::{open, spec, trunk_create};
use crate::cli::trunk::CloneTrunk;
use crate::context::Context;
use crate::export::convert::{Fate, Loss, other, own};
use crate::export::normalize::{forget_ids, normalized};
use crate::model::check;
use crate::model::error::{Error, Kind, Result};
use crate::model::fields::Field;
use crate::model::report::Report;
use crate::model::support::{FieldFact, Need, Operation};
use crate::ops::steps::{refuse_mistakes, require};
use crate::ops::trunks::TrunkSelector;

pub async fn run(context: &Context, args: &CloneTrunk) -> Result<Report> {
    let target = TrunkSelector::parse(&args.trunk)?;
    let given = spec::trunk(context, &args.fields).await?;
    let from = open(context, Operation::TrunkGet).await?;
    let other_profile = match &args.to {
        Some(name) => Some(context.session_of(Some(name)).await?),
        None => None,
    };
    let to = other_profile.as_ref().unwrap_or(&from);
    require(to, Operation::TrunkCreate)?;
    let is_elsewhere = from.profile().name != to.profile().name;
    let is_named = |fact: &FieldFact| !matches!(fact.create, Need::Refused(_));
    let has_names = to.vendor().facts().any_shape(Field::Name, is_named);
    if !is_elsewhere && !given.has(Field::Name) && has_names {
        return Err(Error::new(Kind::Usage, "trunk clone: the new trunk has no name")
            .hint("give --name, or the other profile with --to"));
    }
    let source = normalized(target.find(&from).await?);
    let vendor = to.vendor();
    let (title, word) = (vendor.facts().title, target.value());
    let fitted = if from.vendor().facts().name == vendor.facts().name {
        own(&source, vendor)
            .map_err(|why| Error::invalid(format!("trunk `{word}` cannot be cloned: {why}")))?
    } else {
        other(&source, vendor)
    };
    let mut trunk = fitted.trunk;
    // It is only a place for a reference.
    trunk.clear(Field::Password);
    if is_elsewhere {
        trunk.clear(Field::Account);
        forget_ids(&mut trunk);
    }
    let lost: Vec<&Loss> = fitted.losses.iter().filter(|loss| !given.has(loss.field)).collect();
    for loss in &lost {
        if let Fate::Approximated(how) = &loss.fate {
            let field = loss.field.name();
            context.diagnostics.warn(&format!("{field} is different for {title}: {}", reason(how)));
        }
    }
    for (why, fields) in dropped(&lost) {
        context.diagnostics.warn(&format!("not cloned: {}: {}", fields.join(", "), reason(why)));
    }
    let trunk = trunk.overlaid(&given);
    let mut verdict = vendor.check_create(&trunk);
    let missing = verdict.errors.iter_mut().filter(|error| error.field == Field::Password.name());
    for error in missing.filter(|_| !given.has(Field::Password)) {
        error.message =
            format!("the password of `{word}` cannot be read; give the new trunk's with --password-from");
    }
    if source.has(Field::Password) && !trunk.has(Field::Password) && verdict.errors.is_empty() {
        let text = format!("the password of `{word}` cannot be read, so the new trunk has none");
        context.diagnostics.warn(&format!("{text}; --password-from gives it one"));
    }
    refuse_mistakes(to, "the new trunk", check::trunk(&trunk), verdict)?;
    trunk_create::create(context, to, trunk, &args.first).await
}

/// The fields that are left out, by the reason.
fn dropped<'l>(losses: &[&'l Loss]) -> Vec<(&'l str, Vec<&'static str>)> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for loss in losses {
        let Fate::Dropped(why) = &loss.fate else { continue };
        match reasons.iter_mut().find(|(known, _)| known == why) {
            Some((_, fields)) => fields.push(loss.field.name()),
            None => reasons.push((why, vec![loss.field.name()])),
        }
    }
    reasons
}

/// The reason of a refusal, without the advice to leave the field out.
fn reason(why: &str) -> &str {
    why.trim_end_matches("; leave it out")
}
