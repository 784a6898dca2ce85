use super::*;

#[test]
fn user_agent_route_and_token_are_checked_first() {
    let mut pbx = Pbx::new();
    let mut bare = request("GET", "trunk/list");
    bare.headers.clear();
    assert_eq!(named(&pbx.send(&bare)), ["User-Agent"]);
    bare.headers.push(("user-agent".into(), " ".into()));
    assert_eq!(named(&pbx.send(&bare)), ["User-Agent"]);

    for (method, path) in [
        ("POST", "trunk/list"),
        ("GET", "get_token"),
        ("DELETE", "trunk/delete"),
        ("GET", "extension_group/list"),
    ] {
        assert_eq!(pbx.send(&request(method, path))["errcode"], 10001, "{method} {path}");
    }
    let mut v2 = request("GET", "");
    for path in ["/openapi/v2.0/trunk/list", "/trunk/list", "", "/openapi/v1.0/"] {
        v2.path = path.into();
        assert_eq!(pbx.send(&v2)["errmsg"], "INTERFACE NOT EXISTED", "{path}");
    }

    let mut bearer = request("GET", "trunk/list");
    bearer.headers.push(("authorization".into(), format!("Bearer {}", pbx.token)));
    assert_eq!(pbx.send(&bearer)["errcode"], 10004);
    bearer.query.push(("access_token".into(), String::new()));
    assert_eq!(pbx.send(&bearer)["errcode"], 10004);
}

#[test]
fn bodies_must_be_json_objects_of_that_type() {
    let mut pbx = Pbx::new();
    let mut form = post("get_token", json!(null));
    for (body, complaint) in [
        ("username=a&password=b", "invalid character 'u' looking for beginning of value"),
        ("", "unexpected end of JSON input"),
        // The vendor's create example closes one brace too many.
        ("{\"a\": {}}}", "invalid character at line 1 column 10"),
    ] {
        form.body = body.into();
        let answer = pbx.send(&form);
        assert_eq!(answer["errcode"], -2);
        assert_eq!(answer["invalid_param_list"], json!([{"value": complaint}]));
    }
    assert_eq!(pbx.send(&post("get_token", json!([])))["errcode"], 40001);
    let mut untyped = post("get_token", json!({"username": "sandbox", "password": "sandbox-secret"}));
    untyped.headers.pop();
    assert_eq!(named(&pbx.send(&untyped)), ["Content-Type"]);
    untyped.headers.push(("content-type".into(), "Application/JSON; charset=utf-8".into()));
    assert_eq!(pbx.send(&untyped)["errcode"], 0);
}

#[test]
fn log_in_checks_its_fields() {
    let mut pbx = Pbx::new();
    for (body, fields) in [
        (json!({}), vec!["username", "password"]),
        (json!({"username": "", "password": null}), vec!["username", "password"]),
        (json!({"username": 5, "password": "x"}), vec!["username"]),
        (json!({"username": "a", "password": "x", "grant": "y"}), vec!["grant"]),
    ] {
        assert_eq!(named(&pbx.send(&post("get_token", body))), fields);
    }
    let mut queried = post("get_token", json!({"username": "sandbox", "password": "sandbox-secret"}));
    queried.query.push(("id".into(), "1".into()));
    assert_eq!(named(&pbx.send(&queried)), ["id"]);
    // A secret of the wrong type is not echoed.
    let answer = pbx.send(&post("get_token", json!({"username": "a", "password": 12345})));
    assert_eq!(answer["invalid_param_list"], json!([{"field": "password"}]));
    assert_eq!(named(&pbx.send(&post("refresh_token", json!({})))), ["refresh_token"]);
    assert_eq!(pbx.log_in("sandbox-secret")["access_token_expire_time"], 1800);
}

#[test]
fn tokens_expire_rotate_and_are_revoked() {
    let mut pbx = Pbx::new();
    let first = pbx.log_in("sandbox-secret");
    assert_eq!(first["refresh_token_expire_time"], 86_400);
    let token = text(&first, "access_token");
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()));

    pbx.token = token;
    pbx.now = NOW + 1799;
    assert_eq!(pbx.get("trunk/list", &[])["errcode"], 0);
    let renewed = pbx.send(&post("refresh_token", json!({"refresh_token": first["refresh_token"]})));
    assert_eq!(renewed["errcode"], 0);
    assert_ne!(renewed["refresh_token"], first["refresh_token"]);
    assert_eq!(pbx.get("trunk/list", &[])["errcode"], 10004, "the old access token is replaced");
    let again = pbx.send(&post("refresh_token", json!({"refresh_token": first["refresh_token"]})));
    assert_eq!(again["errcode"], 10004, "only the latest refresh token counts");

    pbx.token = text(&renewed, "access_token");
    pbx.now += 1800;
    assert_eq!(pbx.get("trunk/list", &[])["errmsg"], "TOKEN EXPIRED");
    pbx.now = NOW + 1799 + 86_400;
    let late = pbx.send(&post("refresh_token", json!({"refresh_token": renewed["refresh_token"]})));
    assert_eq!(late["errcode"], 10004);

    pbx.token = text(&pbx.log_in("sandbox-secret"), "access_token");
    assert_eq!(named(&pbx.get("del_token", &[("all", "1")])), ["all"]);
    assert_eq!(pbx.get("del_token", &[])["errcode"], 0);
    assert_eq!(pbx.get("del_token", &[])["errcode"], 10004);
}

#[test]
fn eight_access_tokens_at_once() {
    let mut pbx = Pbx::new();
    let old = pbx.log_in("sandbox-secret");
    pbx.now = NOW + 1800;
    let tokens: Vec<Value> = (0..8).map(|_| pbx.log_in("sandbox-secret")).collect();
    assert!(tokens.iter().all(|answer| answer["errcode"] == 0), "expired ones do not count");
    assert_eq!(pbx.log_in("sandbox-secret")["errcode"], 60002);

    let refresh = |token: &Value| post("refresh_token", json!({"refresh_token": token["refresh_token"]}));
    assert_eq!(pbx.send(&refresh(&old))["errcode"], 60002, "an expired session takes a new slot");
    assert_eq!(pbx.send(&refresh(&tokens[0]))["errcode"], 0, "a live one keeps its own");
    pbx.token = text(&tokens[1], "access_token");
    assert_eq!(pbx.get("del_token", &[])["errcode"], 0);
    assert_eq!(pbx.send(&refresh(&old))["errcode"], 0, "a refused renewal leaves the token as it was");
}

#[test]
fn five_failures_lock_out_every_client() {
    let mut pbx = Pbx::new();
    for _ in 0..4 {
        pbx.log_in("wrong");
    }
    assert_eq!(pbx.log_in("sandbox-secret")["errcode"], 0, "a success clears the count");
    let unknown = json!({"username": "stranger", "password": "sandbox-secret"});
    assert_eq!(pbx.send(&post("get_token", unknown))["errcode"], -1);
    for _ in 0..4 {
        let answer = pbx.log_in("wrong");
        assert_eq!(answer["errcode"], -1);
        assert_eq!(
            answer["invalid_param_list"],
            json!([{"field": "username or password", "value": "error"}])
        );
    }
    pbx.now = NOW + 659;
    let answer = pbx.log_in("sandbox-secret");
    assert_eq!((&answer["errcode"], &answer["block_expire_time"]), (&json!(70004), &json!(NOW + 660)));
    assert_eq!(pbx.send(&post("refresh_token", json!({"refresh_token": "x"})))["errcode"], 70004);
    assert_eq!(pbx.get("trunk/list", &[])["errcode"], 0, "a token in hand goes on working");
    pbx.now = NOW + 660;
    assert_eq!(pbx.log_in("wrong")["errcode"], -1);
    assert_eq!(pbx.log_in("sandbox-secret")["errcode"], 0, "the count restarts after a block");
}

#[test]
fn flags_of_the_saved_state() {
    let mut pbx = Pbx::set(&[("refuse_address", json!(true))]);
    assert_eq!(pbx.log_in("sandbox-secret")["errcode"], 70087);
    let mut pbx = Pbx::set(&[("refuse_trunk_create", json!(true))]);
    assert_eq!(pbx.post("trunk/create", peer("a"))["errcode"], 10009);

    let mut pbx = Pbx::new();
    let id = pbx.create(peer("a"));
    assert!(pbx.record(id).is_object());
    pbx.change(&[("trunk_get_as_array", json!(true))]);
    assert_eq!(pbx.record(id)[0]["name"], "a");

    let mut trunks = pbx.sandbox.save()["trunks"].clone();
    trunks[0]["in_use"] = json!(true);
    pbx.change(&[("trunks", trunks)]);
    assert_eq!(pbx.get("trunk/delete", &[("id", "1")])["errcode"], 70091);
}

#[test]
fn state_survives_saving() {
    let mut pbx = Pbx::new();
    pbx.create(register("a"));
    let saved = pbx.sandbox.save();
    assert_eq!(Sandbox::load(&saved).unwrap().save(), saved);
    pbx.change(&[]);
    assert_eq!(pbx.create(register("b")), 2, "the token and the next id are kept");
    for broken in [json!(null), json!({}), json!([]), json!({"trunks": []})] {
        assert!(Sandbox::load(&broken).is_none(), "{broken}");
    }
}

#[test]
fn a_reset_does_not_revive_old_tokens() {
    let mut old = Pbx::new();
    let mut reset = Pbx { sandbox: Sandbox::new(), token: old.token.clone(), now: NOW + 1 };
    reset.log_in("sandbox-secret");
    assert_eq!(old.get("trunk/list", &[])["errcode"], 0);
    assert_eq!(reset.get("trunk/list", &[])["errcode"], 10004);
}
