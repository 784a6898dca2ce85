//! `sip-settings assign | show`

use serde_json::{Map, Value};

use super::open;
use crate::cli::settings::{Assign, Show};
use crate::context::Context;
use crate::engine::session::Session;
use crate::input::file::Source;
use crate::input::settings::Settings;
use crate::model::change::{Change, Outcome};
use crate::model::diff;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Report;
use crate::model::settings::SipSettings;
use crate::model::support::Operation;
use crate::ops::settings;
use crate::ops::steps::{account, begin};
use crate::reconcile::remembered;

/// Shows the settings that the vendor returns.
pub async fn show(context: &Context, args: &Show) -> Result<Report> {
    let session = open(context, Operation::SettingsRead).await?;
    let account = account(&session, args.account.as_deref())?;
    let actual = settings::read(&session, &account).await?;
    let mut data = Map::from_iter([
        ("account".to_owned(), account.into()),
        ("vendor".to_owned(), session.vendor().facts().name.into()),
        ("profile".to_owned(), session.profile().name.clone().into()),
    ]);
    data.extend(diff::all(&actual).into_iter().map(|setting| (setting.field, setting.after)));
    Ok(Report::Record(Value::Object(data)))
}

/// Assigns settings, unless the account has them already.
pub async fn assign(context: &Context, args: &Assign) -> Result<Report> {
    let session = open(context, Operation::SettingsAssign).await?;
    let input = read(args)?;
    let account = account(&session, input.account.as_deref())?;
    let wanted = input.checked().map_err(|faults| Error::fields("the settings", faults))?;
    if wanted.is_empty() {
        return Err(Error::new(Kind::Usage, "sip-settings assign: no setting was given")
            .hint("give a setting, for example --enable true; see `trunkctl sip-settings assign --help`"));
    }
    // Whatever is wrong with the account is said before anybody is asked.
    settings::check(&session, &account, &wanted)?;
    let deletes = wanted.deletes();
    if !deletes.is_empty() {
        let what = format!("This deletes {} (account {account})", deletes.join(", and "));
        context.confirm(&what, &[session.profile()]).await?;
    }
    let actual = comparable(&session, &account, &wanted).await?;
    let mut change = Change {
        account: Some(account.clone()),
        id: Some(account.clone()),
        diff: wanted.changes(&actual),
        ..begin(&session, Operation::SettingsAssign, Outcome::Assigned, "sip_settings")
    };
    if change.diff.is_empty() {
        change.outcome = Outcome::Unchanged;
        return Ok(Report::Change(Box::new(change)));
    }
    remembered::forget_settings(context, &session, &account, &wanted).await?;
    if !settings::assign(&session, &account, (&wanted, &actual), &mut change).await? {
        return Ok(context.withheld());
    }
    // The vendor returns the other settings, so they need no digest.
    let unread = wanted.only(|field| !diff::all(&actual).iter().any(|actual| actual.field == field));
    remembered::remember_settings(context, &session, &account, &unread).await;
    Ok(Report::Change(Box::new(change)))
}

/// What the account has of them. A dry run does not ask, and a right to assign settings may come without the right to
/// read them.
async fn comparable(session: &Session, account: &str, wanted: &SipSettings) -> Result<SipSettings> {
    let can = session.vendor().facts().support(Operation::SettingsRead).is_there();
    if !wanted.can_be_compared() || !can || session.is_dry_run() {
        return Ok(SipSettings::default());
    }
    match settings::read(session, account).await {
        Err(error) if matches!(error.kind, Kind::Auth | Kind::Unsupported) => {
            let text = format!(
                "the settings cannot be compared with the settings of the account: {}",
                error.message
            );
            session.diagnostics().warn(&text);
            Ok(SipSettings::default())
        }
        result => result,
    }
}

fn read(args: &Assign) -> Result<Settings> {
    let file = match &args.from {
        Some(path) => Source::open(path, Kind::Invalid)?.read::<Settings>(Kind::Invalid)?,
        None => Settings::default(),
    };
    Ok(Settings {
        account: args.account.clone().or(file.account),
        enable: args.enable.or(file.enable),
        show_callout_internal_number: args.show_callout_internal_number.or(file.show_callout_internal_number),
        show_zoom_provided_callout_countries: args
            .show_zoom_provided_callout_countries
            .clone()
            .or(file.show_zoom_provided_callout_countries),
        show_zoom_provided_numbers: args
            .show_zoom_provided_numbers
            .clone()
            .or(file.show_zoom_provided_numbers),
        vendor_fields: match args.vendor_field.as_slice() {
            [] => file.vendor_fields,
            given => {
                let mut fields = file.vendor_fields.unwrap_or_default();
                fields.extend(given.iter().cloned());
                Some(fields)
            }
        },
    })
}
