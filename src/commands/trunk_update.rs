//! `trunk update`

mod lists;

use super::trunk_check::before_writing;
use super::trunk_delete::named;
use super::{changed, names, open, rehearsed, spec};
use crate::cli::fleet::CheckFirst;
use crate::cli::trunk::Update;
use crate::context::Context;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::trunk::{Trunk, TrunkChange};
use crate::model::{check, diff};
use crate::ops::steps::{differences, only_identifies, refuse_mistakes};
use crate::ops::trunks::TrunkSelector;
use crate::ops::{references, trunks};
use crate::reconcile::remembered;
use crate::vendors::Facts;

pub async fn run(context: &Context, args: &Update) -> Result<Report> {
    let session = open(context, Operation::TrunkUpdate).await?;
    let change = TrunkChange {
        set: spec::trunk(context, &args.fields).await?,
        add_dids: args.add_did.clone(),
        remove_dids: args.remove_did.clone(),
        add_agent_groups: args.add_agent_group.clone(),
        remove_agent_groups: args.remove_agent_group.clone(),
    };
    refuse_empty(&change, args.fields.from.as_deref(), session.vendor().facts())?;
    let change = update(context, &session, &args.trunk, change, &args.first).await?;
    Ok(changed(context, change))
}

/// `trunk enable` and `trunk disable`. Of several trunks, those after a failure are skipped.
pub async fn switch(context: &Context, given: &[String], enabled: bool) -> Result<Report> {
    let set = Trunk { enabled: Some(enabled), ..Trunk::default() };
    let names = names::trunks(given)?;
    if let [only] = names.as_slice() {
        return self::set(context, only, set).await;
    }
    let session = open(context, Operation::TrunkUpdate).await?;
    let targets = names.iter().map(|text| TrunkSelector::parse(text)).collect::<Result<Vec<_>>>()?;
    let (mut changes, mut failed) = (Vec::new(), false);
    for (text, target) in names.iter().zip(&targets) {
        let named = |outcome| named(&session, Operation::TrunkUpdate, outcome, target);
        if failed || context.cancellation.is_asked() {
            changes.push(named(Outcome::Skipped));
            continue;
        }
        let change = TrunkChange { set: set.clone(), ..TrunkChange::default() };
        match update(context, &session, text, change, &CheckFirst::default()).await {
            Ok(change) => changes.extend(change),
            Err(error) => {
                changes.push(named(Outcome::Failed).failed(error));
                failed = true;
            }
        }
    }
    match context.withholds() {
        true => rehearsed(context, &changes),
        false => Ok(Report::Changes(changes.into())),
    }
}

/// `trunk rename`, and either of the above for one trunk: an update of one field.
pub async fn set(context: &Context, trunk: &str, set: Trunk) -> Result<Report> {
    let session = open(context, Operation::TrunkUpdate).await?;
    let change = TrunkChange { set, ..TrunkChange::default() };
    let change = update(context, &session, trunk, change, &CheckFirst::default()).await?;
    Ok(changed(context, change))
}

/// Updates a trunk, unless something is wrong with the change. None if a dry run withholds it.
pub async fn update(
    context: &Context,
    session: &Session,
    trunk: &str,
    mut change: TrunkChange,
    first: &CheckFirst,
) -> Result<Option<Change>> {
    let vendor = session.vendor();
    let target = TrunkSelector::parse(trunk)?;
    let verdict = vendor.check_update(&lists::to_check(&change), None);
    let warned = verdict.warnings.clone();
    refuse_mistakes(session, "the change", check::change(&change), verdict)?;

    // With the id and all that the request needs given, nothing has to be read.
    let actual = match (&target, vendor.needs_actual(&change)) {
        (TrunkSelector::Id(_), false) => None,
        _ => Some(target.find(session).await?),
    };
    let id = match (&actual, &target) {
        (Some(actual), _) => actual.id.clone(),
        (None, TrunkSelector::Id(id) | TrunkSelector::Name(id) | TrunkSelector::Word(id)) => id.clone(),
    };
    if actual.is_some() {
        // Now that the kind is known, so are the fields that there are.
        let mut verdict = vendor.check_update(&lists::to_check(&change), actual.as_ref());
        verdict.warnings.retain(|warning| !warned.contains(warning));
        refuse_mistakes(session, "the change", Vec::new(), verdict)?;
    }
    references::resolve(session, &mut change.set).await?;
    references::resolve_groups(session, &mut change.add_agent_groups).await?;
    let warnings = actual.iter().flat_map(|actual| lists::warnings(&change, &actual.trunk));
    warnings.for_each(|warning| context.diagnostics.warn(&warning));
    let set = lists::completed(&change, actual.as_ref())?;

    let mut report = super::trunk_create::change(session, Operation::TrunkUpdate, Outcome::Updated, &set);
    report.id = Some(id.clone());
    if let Some(actual) = &actual {
        report.name = set.name.clone().or_else(|| actual.trunk.name.clone());
        report.diff = differences(actual, &set, vendor.facts());
        if report.diff.is_empty() {
            report.outcome = Outcome::Unchanged;
            return Ok(Some(report));
        }
        report.diff.extend(diff::emptied(&actual.trunk, vendor.emptied(&set, actual)));
    }
    let base = actual.as_ref().map(|actual| actual.trunk.clone()).unwrap_or_default();
    let profile = session.profile().name.clone();
    before_writing(context, first, vec![(profile, base.overlaid(&set))]).await?;
    remembered::forget_trunk(context, session, &id, &set).await?;
    let sent = trunks::update(session, &id, (&set, actual.as_ref()), &mut report).await?;
    Ok(sent.then_some(report))
}

fn refuse_empty(change: &TrunkChange, from: Option<&str>, facts: &Facts) -> Result<()> {
    let fields = change.set.given().any(|field| !only_identifies(field, facts));
    if fields || change.alters_dids() || change.alters_agent_groups() {
        return Ok(());
    }
    let hint =
        "give a field to change, for example --host sip.example.com; see `trunkctl trunk update --help`";
    Err(match from {
        Some(file) => Error::invalid(format!("{file} contains no field to change")).hint(hint),
        None => Error::new(Kind::Usage, "trunk update: no field to change was given").hint(hint),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_options_alone_do_not_count_as_a_change() {
        let set = serde_json::from_str(r#"{"kind":"peer","account":"x"}"#).unwrap();
        let change = TrunkChange { set, ..TrunkChange::default() };
        let facts = |name| crate::vendors::by_name(name).unwrap().facts();
        assert_eq!(refuse_empty(&change, None, facts("yeastar")).unwrap_err().kind.exit_code(), 2);
        assert_eq!(refuse_empty(&change, Some("f"), facts("yeastar")).unwrap_err().kind.exit_code(), 4);
        // At Itniotech the kind says whether the trunk registers, which an update can change.
        assert!(refuse_empty(&change, None, facts("itniotech")).is_ok());
    }
}
