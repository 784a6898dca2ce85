//! `trunk update`

use super::trunk_check::before_writing;
use super::{changed, spec};
use crate::cli::fleet::CheckFirst;
use crate::cli::trunk::Update;
use crate::context::Context;
use crate::engine::session::Session;
use crate::model::change::Outcome;
use crate::model::error::{Error, FieldError, Kind, Result};
use crate::model::fields::Field;
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::trunk::{ActualTrunk, Did, Trunk, TrunkChange};
use crate::model::{check, diff};
use crate::ops::steps::{differences, only_identifies, refuse_mistakes, require};
use crate::ops::trunks::Target;
use crate::ops::{references, trunks};
use crate::reconcile::remembered;
use crate::vendors::{Facts, Reading};

pub async fn run(context: &Context, args: &Update) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::TrunkUpdate)?;
    let change = TrunkChange {
        set: spec::trunk(context, &args.fields).await?,
        add_dids: args.add_did.clone(),
        remove_dids: args.remove_did.clone(),
    };
    refuse_empty(&change, args.fields.from.as_deref(), session.vendor().facts())?;
    update(context, &session, &args.trunk, change, &args.first).await
}

/// `trunk enable`, `trunk disable` and `trunk rename`: updates of one field.
pub async fn set(context: &Context, trunk: &str, set: Trunk) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::TrunkUpdate)?;
    let change = TrunkChange { set, ..TrunkChange::default() };
    update(context, &session, trunk, change, &CheckFirst::default()).await
}

async fn update(
    context: &Context,
    session: &Session,
    trunk: &str,
    mut change: TrunkChange,
    first: &CheckFirst,
) -> Result<Report> {
    let vendor = session.vendor();
    let target = Target::parse(trunk)?;
    let verdict = vendor.check_update(&change, None);
    let warned = verdict.warnings.clone();
    refuse_mistakes(session, "the change", check::change(&change), verdict)?;

    // With the id and all that the request needs given, nothing has to be read.
    let actual = match (&target, vendor.reading(&change)) {
        (Target::Id(_), Reading::Nothing) => None,
        _ => Some(target.find(session).await?),
    };
    let id = match (&actual, &target) {
        (Some(actual), _) => actual.id.clone(),
        (None, Target::Id(id) | Target::Name(id) | Target::Word(id)) => id.clone(),
    };
    if actual.is_some() {
        // Now that the kind is known, so are the fields that there are.
        let mut verdict = vendor.check_update(&change, actual.as_ref());
        verdict.warnings.retain(|warning| !warned.contains(warning));
        refuse_mistakes(session, "the change", Vec::new(), verdict)?;
    }
    references::resolve(session, &mut change.set).await?;
    idle_dids(&change, actual.as_ref()).iter().for_each(|warning| context.diagnostics.warn(warning));
    let set = with_dids(&change, actual.as_ref())?;

    let mut report = super::trunk_create::change(session, Operation::TrunkUpdate, Outcome::Updated, &set);
    report.id = Some(id.clone());
    if let Some(actual) = &actual {
        report.name = set.name.clone().or_else(|| actual.trunk.name.clone());
        report.diff = differences(actual, &set, vendor.facts());
        if report.diff.is_empty() {
            report.outcome = Outcome::Unchanged;
            return Ok(Report::Change(Box::new(report)));
        }
        report.diff.extend(diff::emptied(&actual.trunk, vendor.emptied(&set, actual)));
    }
    let base = actual.as_ref().map(|actual| actual.trunk.clone()).unwrap_or_default();
    let profile = session.profile().name.clone();
    before_writing(context, first, vec![(profile, base.overlaid(&set))]).await?;
    remembered::forget_trunk(context, session, &id, &set).await?;
    let sent = trunks::update(session, &id, (&set, actual.as_ref()), &mut report).await?;
    Ok(changed(context, session, sent, report))
}

fn refuse_empty(change: &TrunkChange, from: Option<&str>, facts: &Facts) -> Result<()> {
    let fields = change.set.given().any(|field| !only_identifies(field, facts));
    if fields || !change.add_dids.is_empty() || !change.remove_dids.is_empty() {
        return Ok(());
    }
    let hint =
        "give a field to change, for example --host sip.example.com; see `trunkctl trunk update --help`";
    Err(match from {
        Some(file) => Error::invalid(format!("{file} contains no field to change")).hint(hint),
        None => Error::new(Kind::Usage, "trunk update: no field to change was given").hint(hint),
    })
}

/// The fields to set, with the whole list of DIDs where some are added or removed. A list that the vendor did not
/// return is not an empty one: replacing it would remove the DIDs that are not seen.
fn with_dids(change: &TrunkChange, actual: Option<&ActualTrunk>) -> Result<Trunk> {
    let mut set = change.set.clone();
    let Some(actual) = actual.filter(|_| !change.add_dids.is_empty() || !change.remove_dids.is_empty())
    else {
        return Ok(set);
    };
    let Some(mut dids) = actual.trunk.dids.clone() else {
        let text = "the vendor did not return the DIDs of the trunk, so none can be added or removed";
        return Err(Error::fields("the change", vec![FieldError::new(Field::Dids.name(), text)])
            .hint("give the whole list with --did; nothing was changed"));
    };
    dids.retain(|did| !change.remove_dids.contains(&did.number));
    for added in &change.add_dids {
        match dids.iter_mut().find(|did| did.number == added.number) {
            Some(did) if added.name.is_some() => did.name.clone_from(&added.name),
            Some(_) => {}
            None => dids.push(added.clone()),
        }
    }
    set.dids = Some(dids);
    Ok(set)
}

/// What of the DIDs to add and remove changes nothing.
fn idle_dids(change: &TrunkChange, actual: Option<&ActualTrunk>) -> Vec<String> {
    let Some(dids) = actual.and_then(|actual| actual.trunk.dids.as_ref()) else { return Vec::new() };
    let there = |number: &str| dids.iter().find(|did| did.number == number);
    let missing = change.remove_dids.iter().filter(|number| there(number).is_none());
    let missing = missing.map(|number| format!("--remove-did {number}: the trunk has no such DID"));
    let same =
        |added: &&Did| there(&added.number).is_some_and(|did| added.name.is_none() || did.name == added.name);
    let known = change.add_dids.iter().filter(same);
    missing
        .chain(known.map(|did| format!("--add-did {}: the trunk already has this DID", did.number)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dids_are_added_renamed_and_removed() {
        let read = |json: &str| serde_json::from_str::<Trunk>(json).unwrap();
        let actual = ActualTrunk {
            trunk: read(r#"{"dids":[{"number":"1","name":"a"},{"number":"2"},{"number":"3"}]}"#),
            ..ActualTrunk::default()
        };
        let added =
            read(r#"{"dids":[{"number":"1","name":"b"},{"number":"2"},{"number":"4"}]}"#).dids.unwrap();
        let change =
            TrunkChange { set: Trunk::default(), add_dids: added, remove_dids: vec!["3".into(), "9".into()] };
        let expected = r#"{"dids":[{"number":"1","name":"b"},{"number":"2"},{"number":"4"}]}"#;
        assert_eq!(with_dids(&change, Some(&actual)).unwrap(), read(expected));
        // Without the list as it is, nothing may be written in its place.
        let refusal = with_dids(&change, Some(&ActualTrunk::default())).unwrap_err();
        assert_eq!(refusal.kind.exit_code(), 4);
        assert!(refusal.hint.as_deref().unwrap().contains("--did"), "{refusal:?}");
    }

    #[test]
    fn steering_alone_is_no_change() {
        let set = serde_json::from_str(r#"{"kind":"peer","account":"x"}"#).unwrap();
        let change = TrunkChange { set, ..TrunkChange::default() };
        let facts = |name| crate::vendors::by_name(name).unwrap().facts();
        assert_eq!(refuse_empty(&change, None, facts("yeastar")).unwrap_err().kind.exit_code(), 2);
        assert_eq!(refuse_empty(&change, Some("f"), facts("yeastar")).unwrap_err().kind.exit_code(), 4);
        // At Itniotech the kind says whether the trunk registers, which an update can change.
        assert!(refuse_empty(&change, None, facts("itniotech")).is_ok());
    }
}
