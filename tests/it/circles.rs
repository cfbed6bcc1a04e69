//! Files of the library that import from each other in a circle, which nobody can read one by one. A name that a `mod.rs`
//! passes on with `pub use` is not an import of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::program::root;

/// Circles that are not opened yet, by their first module. The list may only get shorter.
const KNOWN: &[&str] = &[];

/// The names of the modules on the way to one; none for the root of the crate.
type Module = Vec<String>;

/// A file of the library: its module, the path it is shown by, and its code without comments and tests.
struct File {
    module: Module,
    path: String,
    code: String,
}

fn files() -> Vec<File> {
    let source = root().join("src");
    let paths = ignore::WalkBuilder::new(&source).build().map(|entry| entry.unwrap().into_path());
    let mut files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|it| it == "rs")).collect();
    files.sort();
    let read = |path: std::path::PathBuf| {
        let name = path.strip_prefix(&source).unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.lines().take_while(|line| *line != "#[cfg(test)]");
        let code: Vec<_> = code.map(|line| line.split("//").next().unwrap()).collect();
        File { module: module(&name), path: name, code: code.join("\n") }
    };
    files.into_iter().map(read).collect()
}

fn module(path: &str) -> Module {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    if ["lib", "main"].contains(&path) { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// The paths that the code names, with the groups of `use` taken apart; those that are only passed on are left out.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut rest = code;
    while let Some(place) = rest.find(|it: char| it.is_ascii_alphabetic() || it == '_') {
        let before = rest[..place].chars().next_back();
        let end = |text: &str| text.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(text.len());
        let word = &rest[place..place + end(&rest[place..])];
        rest = &rest[place + word.len()..];
        if word == "pub" {
            // `pub use`, `pub(crate) use`: what follows is passed on.
            let after = rest.trim_start();
            let after =
                after.strip_prefix('(').and_then(|it| it.split_once(')')).map_or(after, |(_, it)| it.trim_start());
            if after.starts_with("use ") {
                rest = &rest[rest.find(';').unwrap_or(0)..];
            }
            continue;
        }
        if word == "use" {
            let tree = &rest[..rest.find(';').unwrap_or(rest.len())];
            rest = &rest[tree.len()..];
            tree_paths(tree, &mut Vec::new(), &mut paths);
            continue;
        }
        if before == Some(':') || before == Some('.') || !rest.starts_with("::") {
            continue;
        }
        let mut path = vec![word.to_owned()];
        while let Some(more) = rest.strip_prefix("::") {
            let length = end(more);
            if length == 0 {
                break;
            }
            path.push(more[..length].to_owned());
            rest = &more[length..];
        }
        paths.push(path);
    }
    paths
}

/// Takes `a::{b, c::{d, e}}` apart.
fn tree_paths(tree: &str, way: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let depth = way.len();
    if let Some((front, group)) = tree.split_once('{') {
        way.extend(front.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned));
        let group = group.strip_suffix('}').unwrap_or(group);
        let (mut level, mut start) = (0, 0);
        for (place, letter) in group.char_indices() {
            match letter {
                '{' => level += 1,
                '}' => level -= 1,
                ',' if level == 0 => {
                    tree_paths(&group[start..place], way, paths);
                    start = place + 1;
                }
                _ => {}
            }
        }
        tree_paths(&group[start..], way, paths);
    } else if !tree.is_empty() {
        let names = tree.split(" as ").next().unwrap().split("::").map(|name| name.trim().to_owned());
        paths.push(way.iter().cloned().chain(names).collect());
    }
    way.truncate(depth);
}

/// The module that a path leads into, as seen from another one.
fn target(path: &[String], from: &[String], modules: &BTreeSet<Module>) -> Option<Module> {
    let parent = || from.split_last().map(|(_, parent)| parent);
    let mut names = path.iter();
    let start = match names.next()?.as_str() {
        "crate" => &[],
        "self" => from,
        "super" if path.get(1).is_some_and(|name| name == "super") => return target(&path[1..], parent()?, modules),
        "super" => parent()?,
        name => {
            let child: Module = from.iter().cloned().chain([name.to_owned()]).collect();
            return modules.contains(&child).then(|| deepest(child, names, modules));
        }
    };
    Some(deepest(start.to_vec(), names, modules))
}

fn deepest<'n>(mut module: Module, names: impl Iterator<Item = &'n String>, modules: &BTreeSet<Module>) -> Module {
    for name in names {
        module.push(name.clone());
        if !modules.contains(&module) {
            module.pop();
            break;
        }
    }
    module
}

/// The groups of files of which each leads to each other.
fn circles(imports: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<BTreeSet<Module>> {
    let reach = |from: &Module| {
        let mut reached = BTreeSet::new();
        let mut open = vec![from];
        while let Some(next) = open.pop() {
            for to in imports.get(next).into_iter().flatten() {
                if reached.insert(to.clone()) {
                    open.push(to);
                }
            }
        }
        reached
    };
    let reached: BTreeMap<_, _> = imports.keys().map(|module| (module, reach(module))).collect();
    let mut groups = Vec::<BTreeSet<Module>>::new();
    for (module, reaches) in &reached {
        let group: BTreeSet<_> =
            reaches.iter().filter(|other| reached.get(other).is_some_and(|it| it.contains(*module))).cloned().collect();
        if group.len() > 1 && !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

#[test]
fn no_files_import_from_each_other_in_a_circle() {
    let files = files();
    let modules: BTreeSet<_> = files.iter().map(|file| file.module.clone()).collect();
    let mut imports = BTreeMap::<Module, BTreeSet<Module>>::new();
    for file in &files {
        let targets = paths(&file.code).into_iter().filter_map(|path| target(&path, &file.module, &modules));
        let targets = targets.filter(|module| *module != file.module && !module.is_empty());
        imports.entry(file.module.clone()).or_default().extend(targets);
    }
    assert!(imports.values().map(BTreeSet::len).sum::<usize>() > files.len(), "imports are found");
    let shown = |group: &BTreeSet<Module>| {
        let of = |module: &Module| {
            let inside = imports[module].intersection(group).map(|it| it.join("::")).collect::<Vec<_>>();
            let file = files.iter().find(|file| file.module == *module).map_or("", |file| &file.path);
            format!("  src/{file} imports from {}", inside.join(", "))
        };
        group.iter().map(of).collect::<Vec<_>>().join("\n")
    };
    let found = circles(&imports);
    let name = |group: &BTreeSet<Module>| group.first().unwrap().join("::");
    let fresh: Vec<_> = found.iter().filter(|group| !KNOWN.contains(&&*name(group))).map(shown).collect();
    assert!(fresh.is_empty(), "{} circles:\n{}", fresh.len(), fresh.join("\n\n"));
    let opened: Vec<_> = KNOWN.iter().filter(|known| !found.iter().any(|group| name(group) == **known)).collect();
    assert!(opened.is_empty(), "no circles any more, so they are not listed: {opened:?}");
}

#[test]
fn paths_are_found_in_uses_and_in_code() {
    let code = "use crate::a::{self, b::{C, d}};\npub use e::F;\npub(crate) use g::H;\nlet x = super::i::j(k::L);";
    let found: Vec<_> = paths(code).into_iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["crate::a::self", "crate::a::b::C", "crate::a::b::d", "super::i::j", "k::L"]);
    let modules = [&["a"][..], &["a", "b"], &["c"]].map(|it| it.iter().map(|it| (*it).to_owned()).collect());
    let modules = BTreeSet::from(modules);
    let of = |path: &str, from: &str| {
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        target(&path, &module(from), &modules).map(|it| it.join("::"))
    };
    assert_eq!(of("crate::a::b::X", "c.rs").as_deref(), Some("a::b"));
    assert_eq!(of("super::a::b", "c.rs").as_deref(), Some("a::b"));
    assert_eq!(of("super::super::c::X", "a/b.rs").as_deref(), Some("c"));
    assert_eq!(of("b::X", "a/mod.rs").as_deref(), Some("a::b"));
    assert_eq!(of("std::X", "a/mod.rs"), None);
}
