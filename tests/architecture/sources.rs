//! Which file of `src` imports which: read from the paths in the text, re-exports followed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// A module by its path from the crate's root.
type Module = Vec<String>;

/// The files of a crate, by their path below `src`.
pub(crate) struct Sources {
    files: BTreeMap<String, File>,
    file_of: BTreeMap<Module, String>,
}

#[derive(Default)]
struct File {
    module: Module,
    /// Names that are defined in the file itself.
    defined: BTreeSet<String>,
    /// Names that it gives on, with what they stand for.
    exported: Vec<(String, Named)>,
    /// Names that it imports for itself, with what they stand for.
    imported: BTreeMap<String, Named>,
    /// What it names outside `mod` and re-exports.
    named: Vec<Named>,
}

/// A path as it is written, and the module in which it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    inside: Module,
    segments: Vec<String>,
}

/// One file imports another: from, to, and a path that says so.
pub(crate) type Arrow = (String, String, String);

impl Sources {
    /// The crate's own.
    pub(crate) fn of_src() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut texts = Vec::new();
        collect(&root, &root, &mut texts);
        let texts: Vec<_> = texts
            .iter()
            .map(|(p, t)| (p.as_str(), t.as_str()))
            .collect();
        Self::of(&texts)
    }

    /// Those given: path below `src`, and text.
    pub(crate) fn of(texts: &[(&str, &str)]) -> Self {
        let (mut files, mut file_of) = (BTreeMap::new(), BTreeMap::new());
        for (path, text) in texts {
            let file = read(path, text);
            file_of.insert(file.module.clone(), (*path).to_owned());
            files.insert((*path).to_owned(), file);
        }
        Self { files, file_of }
    }

    /// Every import of one file by another; `lib.rs` is a contents page and has none.
    pub(crate) fn arrows(&self) -> BTreeSet<Arrow> {
        let mut arrows: BTreeMap<(String, String), String> = BTreeMap::new();
        for (from, file) in self.files.iter().filter(|(from, _)| *from != "lib.rs") {
            for path in &file.named {
                let to = self.defining(path, 0);
                let Some(to) = to.filter(|to| to != from && to != "lib.rs") else {
                    continue;
                };
                let by = path.segments.join("::");
                arrows.entry((from.clone(), to)).or_insert(by);
            }
        }
        let arrows = arrows.into_iter();
        arrows.map(|((from, to), by)| (from, to, by)).collect()
    }

    /// The file in which what a path names is defined; `None` outside the crate.
    fn defining(&self, path: &Named, depth: u8) -> Option<String> {
        let (mut module, mut rest) = (path.inside.clone(), path.segments.as_slice());
        let mut ours = false;
        while let [first, others @ ..] = rest {
            match first.as_str() {
                "crate" => module = Vec::new(),
                "self" => {}
                "super" => drop(module.pop()),
                _ => break,
            }
            (ours, rest) = (true, others);
        }
        let child = |name: &String| {
            let mut child = module.clone();
            child.push(name.clone());
            self.file_of.contains_key(&child)
        };
        if !ours && !rest.first().is_some_and(child) {
            // Perhaps a module that the file imports: `use crate::filing;`, and then `filing::Form`.
            let (first, others) = rest.split_first()?;
            let mut path = self.files[self.around(&module)?]
                .imported
                .get(first)?
                .clone();
            path.segments.extend(others.iter().cloned());
            return (depth < 16).then(|| self.defining(&path, depth + 1))?;
        }
        while let [first, others @ ..] = rest {
            let mut child = module.clone();
            child.push(first.clone());
            if !self.file_of.contains_key(&child) {
                break;
            }
            (module, rest) = (child, others);
        }
        self.within(&module, rest, depth)
    }

    /// The file of a module; an inline one belongs to the file around it.
    fn around(&self, module: &Module) -> Option<&String> {
        let mut module = module.clone();
        loop {
            match self.file_of.get(&module) {
                Some(file) => return Some(file),
                None => drop(module.pop()?),
            }
        }
    }

    fn within(&self, module: &Module, rest: &[String], depth: u8) -> Option<String> {
        let here = self.around(module)?;
        let file = &self.files[here];
        let Some((name, others)) = rest.split_first() else {
            return Some(here.clone());
        };
        if depth > 16 || file.defined.contains(name) {
            return Some(here.clone());
        }
        let on = |path: &Named| {
            let mut path = path.clone();
            path.segments.extend(others.iter().cloned());
            self.defining(&path, depth + 1)
        };
        let mut named = file.exported.iter().filter(|(given, _)| given == name);
        if let Some(found) = named.find_map(|(_, path)| on(path)) {
            return Some(found);
        }
        let globs = file.exported.iter().filter(|(given, _)| given == "*");
        let through = globs.filter_map(|(_, path)| {
            let mut path = path.clone();
            path.segments.extend(rest.iter().cloned());
            let found = self.defining(&path, depth + 1)?;
            self.files[&found].defined.contains(name).then_some(found)
        });
        Some(through.into_iter().next().unwrap_or_else(|| here.clone()))
    }
}

fn collect(root: &Path, folder: &Path, texts: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(root).unwrap();
            let below = below.to_str().unwrap().replace('\\', "/");
            texts.push((below, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Words and signs of Rust without comments, strings and characters.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let at = |n: usize| chars.get(n).copied().unwrap_or('\0');
    let (mut tokens, mut n) = (Vec::new(), 0);
    while n < chars.len() {
        match (at(n), at(n + 1)) {
            ('/', '/') => n += chars[n..].iter().take_while(|c| **c != '\n').count(),
            ('/', '*') => {
                let mut depth = 0;
                loop {
                    match (at(n), at(n + 1)) {
                        ('/', '*') => depth += 1,
                        ('*', '/') => depth -= 1,
                        _ => {
                            n += 1;
                            continue;
                        }
                    }
                    n += 2;
                    if depth == 0 || n >= chars.len() {
                        break;
                    }
                }
            }
            ('r', '"' | '#') if at(n + 1) == '"' || at(n + 2) == '"' || at(n + 2) == '#' => {
                let hashes = chars[n + 1..].iter().take_while(|c| **c == '#').count();
                n += hashes + 2;
                let end: String = std::iter::once('"')
                    .chain("#".repeat(hashes).chars())
                    .collect();
                while n < chars.len() && !chars[n..].iter().take(end.len()).copied().eq(end.chars())
                {
                    n += 1;
                }
                n += end.len();
            }
            ('"', _) => {
                n += 1;
                while n < chars.len() && at(n) != '"' {
                    n += if at(n) == '\\' { 2 } else { 1 };
                }
                n += 1;
            }
            // A character; a lifetime has no second quote there.
            ('\'', '\\') => {
                n += 3;
                while n < chars.len() && at(n) != '\'' {
                    n += 1;
                }
                n += 1;
            }
            ('\'', _) if at(n + 2) == '\'' => n += 3,
            (c, _) if c.is_alphanumeric() || c == '_' => {
                let word = |c: &&char| c.is_alphanumeric() || **c == '_';
                let word: String = chars[n..].iter().take_while(word).collect();
                n += word.chars().count();
                tokens.push(word);
            }
            (':', ':') => {
                tokens.push("::".into());
                n += 2;
            }
            (c, _) => {
                if !c.is_whitespace() {
                    tokens.push(c.into());
                }
                n += 1;
            }
        }
    }
    tokens
}

const ITEMS: [&str; 9] = [
    "struct",
    "enum",
    "trait",
    "type",
    "fn",
    "const",
    "static",
    "union",
    "macro_rules",
];

fn read(path: &str, text: &str) -> File {
    let names = path.trim_end_matches(".rs").split('/').map(str::to_owned);
    let mut module: Module = names.collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
        module.pop();
    }
    let mut file = File {
        module,
        ..File::default()
    };
    let tokens = tokens(text);
    let mut inline: Vec<(String, usize)> = Vec::new();
    let (mut n, mut depth, mut public) = (0, 0_usize, false);
    let word = |n: usize| tokens.get(n).map_or("", String::as_str);
    while n < tokens.len() {
        let mut inside = file.module.clone();
        inside.extend(inline.iter().map(|(name, _)| name.clone()));
        match word(n) {
            "#" if tests_only(&tokens[n..]) => n = end_of_item(&tokens, n),
            "{" => {
                depth += 1;
                n += 1;
            }
            "}" => {
                depth -= 1;
                inline.retain(|(_, opened)| *opened <= depth);
                n += 1;
            }
            "pub" => {
                public = true;
                n += 1;
                if word(n) == "(" {
                    n += tokens[n..].iter().position(|token| token == ")").unwrap() + 1;
                }
                continue;
            }
            "mod" if word(n + 2) == "{" => {
                inline.push((word(n + 1).to_owned(), depth + 1));
                n += 2;
            }
            "mod" if word(n + 2) == ";" => n += 3,
            "use" => {
                let end = n + tokens[n..].iter().position(|token| token == ";").unwrap();
                for (name, segments) in leaves(&tokens[n + 1..end], &[]) {
                    let path = Named {
                        inside: inside.clone(),
                        segments,
                    };
                    if public {
                        file.exported.push((name, path));
                    } else {
                        file.imported.insert(name, path.clone());
                        file.named.push(path);
                    }
                }
                n = end;
            }
            item if ITEMS.contains(&item) && depth == inline.len() => {
                let name = if word(n + 1) == "!" { n + 2 } else { n + 1 };
                if !ITEMS.contains(&word(name)) {
                    file.defined.insert(word(name).to_owned());
                }
                n += 1;
            }
            _ if word(n + 1) == "::" && (n == 0 || word(n - 1) != "::") => {
                let mut segments = vec![word(n).to_owned()];
                n += 1;
                while word(n) == "::"
                    && word(n + 1).starts_with(|c: char| c.is_alphabetic() || c == '_')
                {
                    segments.push(word(n + 1).to_owned());
                    n += 2;
                }
                file.named.push(Named { inside, segments });
                n += usize::from(word(n) == "::");
            }
            _ => n += 1,
        }
        public = false;
    }
    file
}

/// `#[cfg(test)]`, alone or among others that must hold, in front of an item.
fn tests_only(tokens: &[String]) -> bool {
    let end = tokens.iter().position(|token| token == "]").unwrap_or(0);
    let attribute = &tokens[..end];
    attribute.get(2).is_some_and(|name| name == "cfg")
        && attribute.iter().any(|token| token == "test")
        && !attribute
            .iter()
            .any(|token| token == "not" || token == "any")
}

/// Behind the next block, or the semicolon, whichever comes first.
fn end_of_item(tokens: &[String], start: usize) -> usize {
    let mut depth = 0_usize;
    for (n, token) in tokens.iter().enumerate().skip(start) {
        match token.as_str() {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if depth == 0 {
                    return n + 1;
                }
            }
            ";" if depth == 0 => return n + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The single paths of a `use`, each under the name that it gives.
fn leaves(tokens: &[String], before: &[String]) -> Vec<(String, Vec<String>)> {
    let mut path = before.to_vec();
    for (n, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "::" => {}
            "{" => {
                let inner = &tokens[n + 1..tokens.len() - 1];
                let parts = split(inner).into_iter();
                return parts.flat_map(|part| leaves(part, &path)).collect();
            }
            "as" => {
                let name = tokens[n + 1].clone();
                return vec![(name, path)];
            }
            _ => path.push(token.clone()),
        }
    }
    let last = path.last().cloned().unwrap_or_default();
    if last == "self" || last == "*" {
        path.pop();
    }
    let name = if last == "self" {
        path.last().cloned().unwrap_or_default()
    } else {
        last
    };
    vec![(name, path)]
}

/// At the commas that are in no braces.
fn split(tokens: &[String]) -> Vec<&[String]> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (n, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 0 => {
                parts.push(&tokens[start..n]);
                start = n + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}
