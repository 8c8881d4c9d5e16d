//! What an operator may ask of the program. Each command opens the store, calls one rule and prints what came of it.

mod operate;
mod serve;
mod settings;

use anyhow::Result;
use clap::{Parser, Subcommand};
use settings::{Flags, Settings};

#[derive(Parser)]
#[command(name = "fengxiang-hub", version, about = "The server that the desks of a district agree through")]
pub struct Arguments {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sets the district up and prints the invitation for its first desk.
    Init {
        /// Its name, for people.
        #[arg(long)]
        district: String,
    },
    /// Serves until SIGTERM or SIGINT.
    Serve,
    /// Prints an invitation.
    Invite(operate::Invited),
    /// Takes a device out, by its id.
    Revoke { device: String },
    /// Lists the devices.
    Devices,
    /// Says what the hub holds.
    Status,
}

pub fn run(arguments: Arguments) -> Result<()> {
    let settings = Settings::read(arguments.flags)?;
    match arguments.command {
        Command::Init { district } => operate::init(&settings, district),
        Command::Serve => serve::serve(&settings),
        Command::Invite(invited) => operate::invite(&settings, &invited),
        Command::Revoke { device } => operate::revoke(&settings, &device),
        Command::Devices => operate::devices(&settings),
        Command::Status => operate::status(&settings),
    }
}
