# A CycloneDX list of what is linked into the program, from `cargo metadata`. `$linked` has a line `NAME VERSION` for each
# package; `cargo metadata` also reports those of tests and build scripts.
def purl: "pkg:cargo/\(.name)@\(.version | @uri)";
def component:
  {type: "library", "bom-ref": purl, name, version, purl: purl,
    # Some packages still use the old spelling of OR.
    licenses: [{expression: .license | gsub("/"; " OR ")}]}
  + if .repository then {externalReferences: [{type: "vcs", url: .repository}]} else {} end;

($linked | split("\n")) as $linked
| [.packages[] | select("\(.name) \(.version)" | IN($linked[]))] as $packages
| ($packages | INDEX(.id)) as $by_id
| .resolve as $resolve
| {
    bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
    metadata: {
      timestamp: (env.SOURCE_DATE_EPOCH | tonumber | todate),
      component: ($by_id[$resolve.root] | component | .type = "application"),
      properties: [{name: "rustc", value: $rustc}]
    },
    components: [$packages[] | select(.id != $resolve.root) | component],
    dependencies: [
      $resolve.nodes[] | select($by_id[.id])
      | {ref: ($by_id[.id] | purl), dependsOn: ([$by_id[.dependencies[]] | select(.) | purl] | unique)}
    ]
  }
