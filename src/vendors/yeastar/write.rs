//! Model to requests that change something.

use serde_json::{Value, to_value};

use super::requests::{get, post, trunk_id};
use super::wire::{DidRow, ExtensionInfo, Id, OutCaller, TrunkBody};
use super::{read, rules};
use crate::model::error::Result;
use crate::model::profile::Profile;
use crate::model::proxy::OutboundProxy;
use crate::model::secret::MASK;
use crate::model::trunk::{CallerIdOverride, ExtensionType, Kind, Trunk};
use crate::vendors::call::{Call, Effect, Fault, Place, Response, Slot};

/// The port of SIP, for a proxy given without one.
const SIP_PORT: u32 = 5060;

/// `trunk/create`
pub fn create(profile: &Profile, trunk: &Trunk) -> Call<String> {
    let mut body = body(trunk);
    body.kind = trunk.kind.as_ref().map(ToString::to_string);
    // `general` means "no template"; the page's example sends it.
    body.country = Some(trunk.country.clone().unwrap_or_else(|| "general".into()));
    body.itsp.clone_from(&trunk.itsp);
    if body.hostname.is_some() && body.domain.as_ref().is_none_or(String::is_empty) {
        body.domain.clone_from(&body.hostname);
    }
    if trunk.kind == Some(Kind::Account) {
        body.number = body.username.take();
    }
    send("trunk/create", profile, &body, trunk, read::created)
}

/// `trunk/update` with only the changed fields.
pub fn update(profile: &Profile, id: &str, change: &Trunk) -> Result<Call<()>> {
    let mut body = body(change);
    body.id = Some(trunk_id(id)?);
    Ok(send("trunk/update", profile, &body, change, read::done))
}

/// `trunk/delete`, by GET ("Delete a SIP Trunk").
pub fn delete_trunk(profile: &Profile, id: &str) -> Result<Call<()>> {
    let request = get(profile, "trunk/delete", &[("id", &trunk_id(id)?.to_string())]);
    Ok(Call::new("trunk/delete", Effect::Write, request, read::done))
}

fn send<T: 'static>(
    endpoint: &'static str,
    profile: &Profile,
    body: &TrunkBody,
    trunk: &Trunk,
    reader: fn(&Response) -> Result<T, Fault>,
) -> Call<T> {
    let mut json = to_value(body).unwrap_or_default();
    if let Value::Object(map) = &mut json {
        map.extend(trunk.vendor_fields.clone());
    }
    let call = Call::new(endpoint, Effect::Write, post(profile, endpoint, json), reader);
    match &trunk.password {
        Some(password) => {
            call.with(Slot::new(Place::Json("/password".into()), password.clone(), "TRUNK_PASSWORD"))
        }
        None => call,
    }
}

/// The given fields that create and update have in common.
fn body(trunk: &Trunk) -> TrunkBody {
    let caller = trunk.caller_id.clone().unwrap_or_default();
    let mut body = TrunkBody {
        name: trunk.name.clone(),
        transport: trunk.transport.as_ref().map(ToString::to_string),
        hostname: trunk.host.clone(),
        port: trunk.port,
        domain: trunk.domain.clone(),
        username: trunk.username.clone(),
        password: trunk.password.as_ref().map(|_| MASK),
        auth_name: trunk.auth_name.clone(),
        codec_sel: trunk.codecs.as_ref().map(|codecs| codecs.join(",")),
        enable: trunk.enabled.map(u8::from),
        def_outbound_cid: caller.number,
        def_outbound_cid_name: caller.name,
        outbound_cid_list: trunk
            .caller_id_overrides
            .as_ref()
            .map(|list| list.iter().map(override_row).collect()),
        did_list: trunk.dids.as_ref().map(|dids| {
            dids.iter().map(|did| DidRow { did: did.number.clone(), did_name: did.name.clone() }).collect()
        }),
        ..TrunkBody::default()
    };
    match &trunk.outbound_proxy {
        None => {}
        Some(OutboundProxy::Off) => body.enb_outbound_proxy = Some(0),
        Some(OutboundProxy::Server { host, port }) => {
            body.enb_outbound_proxy = Some(1);
            body.outbound_proxy_server = Some(host.clone());
            body.outbound_proxy_port = Some(port.unwrap_or(SIP_PORT));
        }
    }
    body
}

fn override_row(entry: &CallerIdOverride) -> OutCaller {
    let extensions: Vec<ExtensionInfo> = entry
        .extensions
        .iter()
        .map(|extension| {
            let what = rules::extension_type(extension);
            // For a group the PBX wants its name in both places (table 3).
            let number = match what {
                ExtensionType::Group => extension.number.clone().or_else(|| extension.name.clone()),
                _ => extension.number.clone(),
            };
            ExtensionInfo {
                id: extension.id.as_deref().map(Id::parse),
                ext_number: number,
                ext_name: extension.name.clone(),
                what: Some(what.to_string()),
            }
        })
        .collect();
    OutCaller {
        outbound_cid_option: entry.option.to_string(),
        outbound_cid: entry.number.clone(),
        outbound_cid_name: entry.name.clone(),
        outbound_cid_to_ext_range: entry.extension_range.clone(),
        ext_list: (!extensions.is_empty()).then_some(extensions),
    }
}
