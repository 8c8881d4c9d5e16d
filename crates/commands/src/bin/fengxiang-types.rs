//! Prints the TypeScript of the commands; `cargo xtask types` writes it to its place.

fn main() {
    print!("{}", fengxiang_commands::typescript());
}
