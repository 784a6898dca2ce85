//! `trunk edit`

use serde_json::{Map, Value};

use super::trunk_update::update;
use super::{changed, open, spec};
use crate::cli::fleet::CheckFirst;
use crate::cli::trunk::Named;
use crate::context::Context;
use crate::context::editor::Edit;
use crate::engine::session::Session;
use crate::model::change::Outcome;
use crate::model::error::{FieldError, Result};
use crate::model::fields::Field;
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::text::{excerpt, printable, value_text};
use crate::model::trunk::{ActualTrunk, Trunk, TrunkChange};
use crate::model::{check, diff, yaml};
use crate::ops::steps::{differences, only_identifies, refuse_mistakes};
use crate::ops::trunks::TrunkSelector;

/// Fields that are not shown. The account says where the trunk is.
const HIDDEN: [Field; 3] = [Field::Password, Field::VendorFields, Field::Account];

pub async fn run(context: &Context, args: &Named) -> Result<Report> {
    let session = open(context, Operation::TrunkUpdate).await?;
    let actual = TrunkSelector::parse(&args.trunk)?.find(&session).await?;
    let edit = Edit::new(&std::env::temp_dir(), ".yaml", &text(&actual, &session.profile().name))?;
    let changed = async {
        let edited = context.edit(&edit, spec::from_file).await?;
        apply(context, &session, &actual, edited).await
    };
    match changed.await {
        Ok(report) => {
            edit.done();
            Ok(report)
        }
        Err(error) => Err(edit.failed(error)),
    }
}

/// The trunk as it is edited.
fn text(actual: &ActualTrunk, profile: &str) -> String {
    let trunk = &actual.trunk;
    let fields = trunk.given().filter(|field| !HIDDEN.contains(field));
    let fields: Map<String, Value> =
        fields.map(|field| (field.name().to_owned(), trunk.value(field))).collect();
    format!(
        "# Trunk {} (id {}) of profile {}.\n\
         # Change the fields, save the file, and close the editor.\n\
         # A line that you delete leaves its field as it is; an empty value clears the field.\n\
         # The password is not shown. To change it, add a reference: password: env:NAME\n\
         {}",
        excerpt(trunk.name.as_deref().unwrap_or_default(), 80),
        excerpt(&actual.id, 80),
        excerpt(profile, 80),
        yaml::document(&Value::Object(fields))
    )
}

/// Sends the fields that were edited, after a question.
async fn apply(context: &Context, session: &Session, actual: &ActualTrunk, edited: Trunk) -> Result<Report> {
    let fields: Vec<Field> = diff::trunk(&actual.trunk, &edited)
        .iter()
        .filter_map(|change| Field::ALL.iter().copied().find(|field| field.name() == change.field))
        .collect();
    let mut set = edited.only(&fields);
    if fields.is_empty() {
        let mut change =
            super::trunk_create::change(session, Operation::TrunkUpdate, Outcome::Unchanged, &actual.trunk);
        change.id = Some(actual.id.clone());
        return Ok(Report::Change(Box::new(change)));
    }
    if let Some(password) = set.password.take() {
        set.password = Some(context.secret(password, "password").await?);
    }
    let facts = session.vendor().facts();
    let change = TrunkChange { set, ..TrunkChange::default() };
    let verdict = session.vendor().check_update(&change, Some(actual));
    let refused = |field: &Field| verdict.errors.iter().any(|error| error.field == field.name());
    let fixed = fields.iter().filter(|field| only_identifies(**field, facts) && !refused(field));
    let mut errors = check::trunk(&change.set);
    errors.extend(fixed.map(|field| FieldError::new(field.name(), "cannot be changed")));
    refuse_mistakes(session, "the edited trunk", errors, verdict)?;
    let name = printable(actual.trunk.name.as_deref().unwrap_or_default());
    let mut lines = vec![format!("Trunk `{name}` (id {}):", printable(&actual.id))];
    lines.extend(
        differences(actual, &change.set, facts)
            .iter()
            .map(|row| format!("  {}: {} -> {}", row.field, value_text(&row.before), value_text(&row.after))),
    );
    lines.push("This changes it".to_owned());
    context.confirm(&lines.join("\n"), &[session.profile()]).await?;
    let trunk = format!("id:{}", actual.id);
    Ok(changed(context, update(context, session, &trunk, change, &CheckFirst::default()).await?))
}
