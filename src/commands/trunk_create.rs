//! `trunk create`

use super::trunk_check::before_writing;
use super::{changed, open, spec};
use crate::cli::fleet::CheckFirst;
use crate::cli::trunk::Create;
use crate::context::Context;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::Result;
use crate::model::fields::Field;
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::trunk::{Kind, Trunk};
use crate::model::{check, diff};
use crate::ops::steps::{begin, refuse_mistakes};
use crate::ops::{references, trunks};

pub async fn run(context: &Context, args: &Create) -> Result<Report> {
    let session = open(context, Operation::TrunkCreate).await?;
    let trunk = spec::trunk(context, &args.fields).await?;
    create(context, &session, trunk, &args.first).await
}

/// Creates a trunk, unless something is wrong with it.
pub async fn create(
    context: &Context,
    session: &Session,
    mut trunk: Trunk,
    first: &CheckFirst,
) -> Result<Report> {
    let errors = check::trunk(&trunk);
    refuse_mistakes(session, "the trunk", errors, session.vendor().check_create(&trunk))?;
    references::resolve(session, &mut trunk).await?;
    let mut change = change(session, Operation::TrunkCreate, Outcome::Created, &trunk);
    // An assignment gives an existing trunk to an account.
    if trunk.kind == Some(Kind::Assigned) || trunk.has(Field::MasterTrunk) {
        change.outcome = Outcome::Assigned;
    }
    change.diff = diff::trunk(&Trunk::default(), &trunk);
    let profile = session.profile().name.clone();
    before_writing(context, first, vec![(profile, trunk.clone())]).await?;
    let sent = trunks::create(session, &trunk, &mut change).await?;
    Ok(changed(context, sent.then_some(change)))
}

/// The beginning of a change.
pub fn change(session: &Session, operation: Operation, outcome: Outcome, trunk: &Trunk) -> Change {
    let account = session.profile().get("account");
    Change {
        account: trunk.account.clone().or_else(|| (!account.is_empty()).then(|| account.to_owned())),
        name: trunk.name.clone(),
        ..begin(session, operation, outcome, "trunk")
    }
}
