//! `sandbox serve` and `sandbox reset`

use crate::cli::sandbox::Serve;
use crate::context::{Context, journal_folder};
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Report;
use crate::sandbox::{self, fault::Fault};
use crate::state::digests::Digests;
use crate::vendors;

/// Serves until interrupted.
pub async fn serve(context: &Context, args: &Serve) -> Result<Report> {
    let faults: Result<Vec<Fault>, String> = args.fault.iter().map(|text| text.parse()).collect();
    let faults = faults.map_err(|why| Error::new(Kind::Usage, format!("--fault: {why}")))?;
    let mut running = sandbox::start(args.listen, args.state.clone(), faults).await?;
    let sip = match args.sip {
        Some(listen) => Some(running.answer_sip(listen).await?),
        None => None,
    };
    (context.publish)(&mut Report::Text(profiles_file(&running.address())))?;
    context
        .diagnostics
        .note(&format!("the sandbox is listening on {}; press Ctrl-C to stop it", running.address()));
    if let Some(sip) = sip {
        context.diagnostics.note(&format!("SIP OPTIONS over UDP is answered on {sip}"));
    }
    running.until_interrupted().await?;
    Ok(Report::Nothing)
}

/// Deletes the state of `--sandbox`.
pub fn reset(context: &Context) -> Result<Report> {
    let folders = context.folders()?;
    let emptied = sandbox::reset(&folders.state);
    // Its digests are useless now.
    let forgotten = Digests::remove_all(&journal_folder(&folders.state, true));
    emptied.and(forgotten).map_err(|cause| {
        Error::config(format!("the sandbox in `{}` cannot be emptied: {cause}", folders.state.display()))
            .hint("check that you own the folder, or set TRUNKCTL_STATE_DIR to another folder")
    })?;
    context.diagnostics.note("the sandbox is empty");
    Ok(Report::Nothing)
}

/// A profiles file for the simulators at an address.
fn profiles_file(base: &str) -> String {
    let mut text = String::from(
        "# Profiles for a running trunkctl sandbox. Its secrets are not confidential. They are written as\n\
         # `cmd:` because trunkctl refuses plain secrets in a file that other users can read.\n",
    );
    for vendor in vendors::ALL {
        let facts = vendor.facts();
        text.push_str(&format!("\n[profiles.{}]\nvendor = \"{}\"\n", facts.name, facts.name));
        for (key, value) in facts.sandbox {
            let secret = facts.profile_keys.iter().any(|known| known.name == *key && known.secret);
            let value = if secret { format!("cmd:echo {value}") } else { value.replace("{base}", base) };
            text.push_str(&format!("{key} = \"{value}\"\n"));
        }
    }
    text
}
