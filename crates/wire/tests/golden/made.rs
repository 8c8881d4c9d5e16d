//! One of every message, with everything in it that may stand in it. Ids and hashes count up; nobody is meant.

use fengxiang_wire::device::*;
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::*;
use fengxiang_wire::limits::Limits;
use fengxiang_wire::problem::{Problem, ProblemBody};
use fengxiang_wire::row::{ALIVE_FIELD, LOST_ON_ARRIVAL, TrayOf};
use fengxiang_wire::{Base, Hash, Id, Partition, Register, ReplicaId, Row, RowKey, Sealed, Shape, Stamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

pub trait Message: Serialize + DeserializeOwned + PartialEq + Debug {
    /// A variant with its content, or a name alone.
    const IS_VARIANT: bool;
}

pub trait Visit {
    fn visit<T: Message>(&mut self, name: &str, message: &T);
}

macro_rules! messages {
    ($is_variant:literal: $($message:ty),* $(,)?) => {
        $(impl Message for $message { const IS_VARIANT: bool = $is_variant; })*
    };
}

messages!(true: PushAnswer, OfferAnswer, PullAnswer, DigestAnswer, EnrollAnswer, RecoverAnswer);
messages!(false:
    Hello, HelloAnswer, Push, Offer, Pull, Digest, Reread, EraseOrder, Invite, Invitation, Enroll, NewLetter, Membership,
    Device, Vec<Device>, Revoke, Vec<Envelope>, PutEnvelopes, Recover, PutRecovery, ProblemBody,
);

/// Shows one of each.
pub fn every_message(visit: &mut impl Visit) {
    cycle(visit);
    answers(visit);
    devices(visit);
    joining(visit);
}

fn cycle(visit: &mut impl Visit) {
    visit.visit("hello", &hello());
    visit.visit("hello_answer", &hello_answer(Some(known())));
    visit.visit("hello_answer_unknown", &hello_answer(None));
    visit.visit("push", &push());
    visit.visit("offer", &offer());
    visit.visit("pull", &Pull { epoch: 3, partition: SHARED, after: 900, limit: 2_000 });
    visit.visit("digest", &Digest { epoch: 3, partition: OURS, is_root: true });
    visit.visit("reread", &Reread { epoch: 3, partition: OURS, kind: "visit".into(), byte: 255, after: Some(id(9)) });
    visit.visit("erase_order", &order());
    visit.visit("problem", &ProblemBody { problem: Problem::WrongNonce });
}

fn answers(visit: &mut impl Visit) {
    let (receipts, rows, trays) = (receipts(), vec![row()], vec![tray()]);
    visit.visit("push_answer_taken", &PushAnswer::Taken { receipts, rows, trays });
    visit.visit("push_answer_forked", &PushAnswer::Forked);
    visit.visit("push_answer_gap", &PushAnswer::Gap { last_number: 70_000 });
    visit.visit("push_answer_epoch_changed", &PushAnswer::EpochChanged { epoch: 4 });
    visit.visit("push_answer_orders_first", &PushAnswer::OrdersFirst);
    visit.visit("offer_answer_taken", &OfferAnswer::Taken);
    visit.visit("offer_answer_epoch_changed", &OfferAnswer::EpochChanged { epoch: 4 });
    visit.visit("offer_answer_orders_first", &OfferAnswer::OrdersFirst);
    visit.visit("pull_answer_page", &PullAnswer::Page(page()));
    visit.visit("pull_answer_epoch_changed", &PullAnswer::EpochChanged { epoch: 4 });
    visit.visit("pull_answer_not_found", &PullAnswer::NotFound);
    visit.visit("digest_answer_sums", &sums());
    visit.visit("digest_answer_epoch_changed", &DigestAnswer::EpochChanged { epoch: 4 });
    visit.visit("digest_answer_not_found", &DigestAnswer::NotFound);
}

fn devices(visit: &mut impl Visit) {
    visit.visit("device", &device());
    visit.visit("devices", &vec![device(), Device { last_seen_at: None, revoked_at: None, ..device() }]);
    visit.visit("revoke", &Revoke { device: id(1) });
    visit.visit("new_letter", &NewLetter { station: id(2) });
    visit.visit("membership", &membership());
    visit.visit("envelopes", &envelopes());
    visit.visit("envelopes_invited", &invited());
    visit.visit("put_envelopes", &PutEnvelopes { envelopes: envelopes() });
    visit.visit("put_recovery", &PutRecovery { station: id(2), proof_hash: hash(3) });
}

fn joining(visit: &mut impl Visit) {
    let invite = Invite { role: DeviceRole::Station, station: Some(id(2)), may_read_party: true };
    visit.visit("invite", &invite);
    visit.visit("invitation", &Invitation { id: id(4), code: "0123ABCDEF".into(), expires_at: AT });
    visit.visit("enroll", &enroll());
    let stations = vec![membership()];
    let enrolled = Enrolled { role: DeviceRole::Station, stations, district: "Made-up District".into() };
    visit.visit("enroll_answer_enrolled", &EnrollAnswer::Enrolled(enrolled));
    visit.visit("enroll_answer_wrong_code", &EnrollAnswer::WrongCode);
    visit.visit("enroll_answer_station_taken", &EnrollAnswer::StationTaken);
    visit.visit("enroll_answer_station_missing", &EnrollAnswer::StationMissing);
    visit.visit("enroll_answer_device_taken", &EnrollAnswer::DeviceTaken);
    visit.visit("recover", &recover());
    let (membership, district) = (membership(), "Made-up District".into());
    visit.visit("recover_answer_recovered", &RecoverAnswer::Recovered { membership, district, envelopes: envelopes() });
    visit.visit("recover_answer_unknown", &RecoverAnswer::Unknown);
    visit.visit("recover_answer_device_taken", &RecoverAnswer::DeviceTaken);
}

const OURS: Partition = Partition::Station(Id([7; 16]));
const SHARED: Partition = Partition::Shared;
const AT: i64 = 1_773_600_000_000;

fn counting<const N: usize>(from: u8) -> [u8; N] {
    std::array::from_fn(|at| from.wrapping_add(u8::try_from(at).unwrap()))
}

fn id(from: u8) -> Id {
    Id(counting(from))
}

fn hash(from: u8) -> Hash {
    Hash(counting(from))
}

fn sealed(from: u8) -> Sealed {
    Sealed(counting::<20>(from).to_vec())
}

fn stamp(eff: u64) -> Stamp {
    Stamp { eff, replica: ReplicaId(counting(0x10)), first: hash(0x20) }
}

fn hello() -> Hello {
    Hello {
        version: 1,
        replica: ReplicaId(counting(0x10)),
        at_number: 41,
        at_hash: hash(0x40),
        last_number: 70_000,
        epoch: 3,
        orders_taken: 2,
        wall_ms: AT,
    }
}

fn hello_answer(known: Option<Known>) -> HelloAnswer {
    HelloAnswer {
        version: 1,
        epoch: 3,
        hub_ms: AT,
        limits: Limits::default(),
        known,
        orders: vec![order()],
        order_count: 3,
        heads: vec![(OURS, 900), (Partition::Board(id(2)), 0), (Partition::Party(id(2)), 5), (SHARED, 77)],
        trays: vec![tray()],
    }
}

fn known() -> Known {
    Known { last_number: 43, is_same: true, receipts: receipts(), is_forgotten: false }
}

fn receipts() -> Vec<Receipt> {
    let outcomes = [
        Outcome::Applied,
        Outcome::Superseded,
        Outcome::Conflict,
        Outcome::Scrubbed,
        Outcome::Refused(Refusal::NotAllowed),
        Outcome::Refused(Refusal::RowTooLarge),
        Outcome::Refused(Refusal::IdTaken),
        Outcome::Refused(Refusal::Malformed),
    ];
    let given = |outcome: Outcome| (!matches!(outcome, Outcome::Refused(_))).then(given);
    let receipt = |(number, outcome)| Receipt { number, hash: hash(0x50), outcome, given: given(outcome) };
    (42..).zip(outcomes).map(receipt).collect()
}

fn given() -> Given {
    let field = GivenField { field: 1, base: Some(stamp(5)), epoch: 3 };
    Given { stamp: stamp(1 << 62), fields: vec![field, GivenField { field: 9, base: None, epoch: LOST_ON_ARRIVAL }] }
}

fn push() -> Push {
    Push {
        epoch: 3,
        replica: ReplicaId(counting(0x10)),
        confirmed: 41,
        orders_taken: 2,
        wall_ms: AT,
        entries: vec![edit(), fact()],
    }
}

/// An edit of a record that an earlier incarnation had numbered and a hub had placed.
fn edit() -> Entry {
    let field = |field, base| EntryField { field, value: Some(sealed(0x60)), base, is_personal: true };
    Entry {
        number: 42,
        partition: OURS,
        kind: "visitor".into(),
        id: id(0xa0),
        shape: Shape::Record,
        subject: Some(id(0xb0)),
        h: 1 << 60,
        hash: hash(0x50),
        origin: Some(hash(0x20)),
        given: Some(given()),
        fields: vec![field(1, Some(Base::Stamped(stamp(5)))), field(9, Some(Base::Own(hash(0x30))))],
    }
}

/// A fact whose personal part was erased before it was sent.
fn fact() -> Entry {
    let fields = vec![
        EntryField { field: 1, value: Some(sealed(0x60)), base: None, is_personal: false },
        EntryField { field: 2, value: None, base: None, is_personal: true },
    ];
    let (kind, shape) = ("a_kind_of_a_newer_desk".into(), Shape::Fact);
    Entry { number: 43, kind, shape, subject: None, origin: None, given: None, fields, ..edit() }
}

fn offer() -> Offer {
    let shapes = [Shape::Fact, Shape::Act, Shape::Record, Shape::Derived];
    let rows = shapes.into_iter().map(|shape| Row { shape, ..row() }).chain([tray()]).collect();
    Offer { epoch: 3, orders_taken: 2, rows, is_sent_log: true, orders: vec![order()] }
}

fn row() -> Row {
    let register =
        Register { value: Some(sealed(1)), stamp: stamp(9), base: Some(stamp(5)), epoch: 3, is_personal: true };
    let key = RowKey { partition: OURS, kind: "visitor".into(), id: id(0xa0) };
    let mut row = Row::new(key, Shape::Record, Some(id(0xb0)));
    row.fields.insert(1, register.clone());
    row.fields.insert(ALIVE_FIELD, Register { value: Some(Sealed(vec![1])), is_personal: false, ..register.clone() });
    let lost = Register { value: None, base: None, epoch: LOST_ON_ARRIVAL, ..register };
    // A field that nobody knows yet is kept like any other.
    row.fields.insert(4_000_000, lost);
    row
}

fn tray() -> Row {
    let key = RowKey { partition: OURS, kind: "tray".into(), id: id(0xc0) };
    let of = TrayOf { kind: "visitor".into(), id: id(0xa0), field: 1 };
    Row { key, shape: Shape::Tray, tray_of: Some(of), ..row() }
}

fn page() -> Page {
    let rows = vec![PageRow { sequence: 901, row: row() }, PageRow { sequence: 905, row: tray() }];
    Page { rows, cursor: 905, is_end: false }
}

fn sums() -> DigestAnswer {
    let sum = Sum { rows: 3, sum: u64::MAX };
    DigestAnswer::Sums { head: 905, root: sum, buckets: vec![Bucket { kind: "visit".into(), byte: 160, sum }] }
}

fn order() -> EraseOrder {
    EraseOrder {
        id: id(0xd0),
        partition: OURS,
        subjects: vec![id(0xb0), id(0xb1)],
        ordered_at: AT,
        device: id(1),
        signature: counting::<64>(0).to_vec(),
    }
}

fn membership() -> Membership {
    Membership { station: id(2), code: "GX03".into(), letter: "B".into() }
}

fn device() -> Device {
    Device {
        id: id(1),
        name: "made-up desk".into(),
        role: DeviceRole::District,
        stations: vec![membership()],
        may_read_party: true,
        signing_key: hash(0xe0),
        wrapping_key: hash(0xf0),
        enrolled_at: AT,
        last_seen_at: Some(AT + 1),
        revoked_at: Some(AT + 2),
    }
}

fn enroll() -> Enroll {
    Enroll {
        version: 1,
        code: "0123-ABCDEF".into(),
        device: id(1),
        signing_key: hash(0xe0),
        wrapping_key: hash(0xf0),
        name: "made-up desk".into(),
        station: Some((id(2), "GX03".into())),
    }
}

fn recover() -> Recover {
    Recover {
        version: 1,
        proof: hash(0x70),
        device: id(1),
        signing_key: hash(0xe0),
        wrapping_key: hash(0xf0),
        name: "made-up desk".into(),
    }
}

fn invited() -> Vec<Envelope> {
    vec![Envelope { partition: OURS, key_id: 1, to: EnvelopeTo::Invited(id(3)), sealed: sealed(0x90) }]
}

fn envelopes() -> Vec<Envelope> {
    let to = [EnvelopeTo::Device(id(1)), EnvelopeTo::Recovery(id(2)), EnvelopeTo::Office(id(2))];
    to.map(|to| Envelope { partition: OURS, key_id: 2, to, sealed: sealed(0x80) }).to_vec()
}
