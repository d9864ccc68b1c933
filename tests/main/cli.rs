//! The command line as transcripts: `tests/cli/*.trycmd`, and what the README shows.

#[test]
fn transcripts() {
    trycmd::TestCases::new()
        .case("tests/cli/*.trycmd")
        .case("tests/cli/*.toml");
}

#[test]
fn readme() {
    trycmd::TestCases::new().case("README.md");
}
