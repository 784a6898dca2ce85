//! `sip-settings assign`

use super::fleet;
use super::steps::{account, begin, require};
use super::world::World;
use crate::cli::Globals;
use crate::cli::settings::Assign;
use crate::config::files::Source;
use crate::config::settings::Settings;
use crate::engine::write::Seen;
use crate::model::change::{Change, Outcome};
use crate::model::diff;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Report;
use crate::model::support::Operation;

/// Runs it.
pub async fn assign(world: &World, globals: &Globals, args: &Assign) -> Result<Report> {
    let session = world.session(globals).await?;
    require(&session, Operation::SettingsAssign)?;
    let input = read(args)?;
    let account = account(&session, input.account.as_deref())?;
    let settings = input.checked().map_err(|faults| Error::fields("the settings", faults))?;
    if settings.is_empty() {
        return Err(Error::new(Kind::Usage, "sip-settings assign: no setting was given")
            .hint("name one, as in --enable true; see `trunkctl sip-settings assign --help`"));
    }
    // Whatever is wrong with the account is said before anybody is asked.
    let call = session.vendor().assign_settings(session.profile(), &account, &settings)?;
    let deletes = settings.deletes();
    if !deletes.is_empty() {
        world
            .confirm(globals, &format!("This deletes {} (account {account}).", deletes.join(", and ")))
            .await?;
    }
    let change = Change {
        account: Some(account.clone()),
        id: Some(account),
        // What was there before cannot be read.
        diff: diff::all(&settings),
        ..begin(&session, Operation::SettingsAssign, Outcome::Assigned, "sip_settings")
    };
    // Zoom documents no answer to reading them.
    let look = async || Ok(Seen::Untold("the settings of an account cannot be read".into()));
    let account = change.account.as_deref().unwrap_or_default();
    fleet::aside::doubt(world, globals, &session, account, &settings)?;
    if session.write(call, &[&change], look).await?.done().is_none() {
        return Ok(world.withheld(&session, globals));
    }
    fleet::aside::settings(world, globals, &session, account, &settings);
    Ok(Report::Change(Box::new(change)))
}

fn read(args: &Assign) -> Result<Settings> {
    let file = match &args.from {
        Some(path) => Source::open(path, Kind::Invalid)?.parse::<Settings>(Kind::Invalid)?,
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
    })
}
