//! What packages are made of is there, and facts that stand in several files agree. `.ci/packages` installs them.

use std::fs;

use toml::{Table, Value};

use crate::program::{root, run};

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn table(name: &str) -> Table {
    text(name).parse().unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn package() -> Table {
    table("Cargo.toml")["package"].as_table().unwrap().clone()
}

/// All texts in a value, at any depth.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Table(table) => table.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn packages_name_only_files_that_there_are() {
    let package = package();
    let metadata = &package["metadata"];
    let named: Vec<_> = [&metadata["deb"], &metadata["generate-rpm"]].into_iter().flat_map(texts).collect();
    let sources: Vec<_> = named
        .into_iter()
        .filter(|it| it.starts_with("contrib/") || it.ends_with(".md"))
        .filter(|it| !it.starts_with('/'))
        .collect();
    assert!(sources.len() >= 8, "{sources:?}");
    for source in sources {
        assert!(root().join(source).exists(), "{source}");
    }
    for script in ["postinst", "prerm", "postrm"] {
        let script = text(&format!("contrib/packages/deb/{script}"));
        assert!(script.starts_with("#!/bin/sh\nset -e\n") && script.contains("\n#DEBHELPER#\n"), "{script}");
    }
    // What stands below target/stage is made by `.ci/dist`, which knows the names.
    let dist = text(".ci/dist");
    for made in ["systemd", "man", "completions", "licences", "examples", "changelog.gz", "THIRD-PARTY.txt.gz"] {
        assert!(dist.contains(made), "{made}");
    }
}

#[test]
fn the_packages_of_debian_and_of_rpm_hold_the_same_files() {
    let package = package();
    let [deb, rpm] =
        ["deb", "generate-rpm"].map(|kind| package["metadata"][kind]["assets"].as_array().unwrap().clone());
    let sources = |assets: &[Value], source: &dyn Fn(&Value) -> String| -> Vec<String> {
        let mut sources: Vec<_> = assets.iter().map(source).collect();
        // Each has its own place for licences and for what changed, and Debian's tool finds units by itself.
        sources.retain(|it| {
            !["copyright", "licences", "THIRD-PARTY", "hangelog", "CHANGELOG", "systemd"]
                .iter()
                .any(|own| it.contains(own))
        });
        sources.sort();
        sources
    };
    let of_deb = sources(&deb, &|it| it[0].as_str().unwrap().to_owned());
    let of_rpm = sources(&rpm, &|it| it["source"].as_str().unwrap().to_owned());
    assert!(of_deb.len() >= 7, "{of_deb:?}");
    assert_eq!(of_deb, of_rpm);
}

#[test]
fn versions_and_needs_are_the_same_everywhere() {
    let package = package();
    let version = package["version"].as_str().unwrap();
    let readme = text("README.md");
    for name in ["resplog_{}_amd64.deb", "resplog-{}-1.x86_64.rpm", "resplog-{}-x86_64-unknown-linux-gnu.tar.gz"] {
        let name = name.replace("{}", version);
        assert!(readme.contains(&name), "README.md does not name {name}");
    }
    let changelog = text("CHANGELOG.md");
    let top = changelog.lines().find(|line| line.starts_with("## ")).unwrap();
    assert!(top.starts_with(&format!("## [{version}] - ")), "{top}");
    let oldest = package["rust-version"].as_str().unwrap();
    for workflow in ["test", "release", "fuzz"] {
        let workflow = text(&format!(".github/workflows/{workflow}.yml"));
        assert!(workflow.contains(&format!("container: rust:{oldest}-")), "the oldest Rust is {oldest}");
    }
    assert!(readme.contains(&format!("Rust {oldest} or later")));
    let metadata = &package["metadata"];
    assert_eq!(metadata["deb"]["depends"].as_str(), Some("libc6 (>= 2.17)"));
    assert_eq!(metadata["generate-rpm"]["requires"]["glibc"].as_str(), Some(">= 2.17"));
    assert_eq!(table("python/pyproject.toml")["project"]["description"], package["description"]);
}

/// The pages that a page names, without those of other programs.
fn named_pages(page: &str) -> Vec<Vec<String>> {
    let names = page.lines().filter_map(|line| line.strip_prefix("resplog\\-")?.strip_suffix("(1)"));
    names.map(|name| name.split("\\-").map(str::to_owned).collect()).collect()
}

fn pages_below(names: &[String]) -> usize {
    let arguments = [&["man".to_owned()], names].concat();
    let ran = run(root(), &arguments, None);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{arguments:?}");
    let title = [&["resplog".to_owned()], names].concat().join("-");
    assert!(ran.stdout.contains(&format!("\n.TH {title} 1 ")), "{title}: {}", ran.stdout);
    1 + named_pages(&ran.stdout).iter().map(|named| pages_below(named)).sum::<usize>()
}

#[test]
fn every_page_that_a_manual_page_names_is_there() {
    let pages = pages_below(&[]);
    assert!(pages >= 11, "{pages}");
}
