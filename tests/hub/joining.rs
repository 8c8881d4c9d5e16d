//! How devices join, what each then may do, and how they leave.

use anyhow::{Result, ensure};
use fengxiang_sync::HubError;
use fengxiang_tests::hub::{Served, enroll, station, wait_on};
use fengxiang_wire::device::{
    DeviceRole, EnrollAnswer, Envelope, EnvelopeTo, INVITATION_MINUTES, INVITATION_TRIES, Invite, PutRecovery, Recover,
    RecoverAnswer,
};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::{Hash, Id, Partition, Problem, Sealed};

fn second_desk(of: u8) -> Invite {
    Invite { role: DeviceRole::Station, station: Some(station(of)), may_read_party: false }
}

#[test]
fn desks_of_a_station_get_one_letter_each_and_see_only_each_other() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let first = hub.join_station(1).await?;
        let other = hub.join_station(2).await?;
        let code = first.line.invite(&second_desk(1)).await?.code;
        let second = hub.join(&code.to_lowercase(), None).await?;
        let letters = [&first, &second].map(|d| d.enrolled.stations[0].letter.clone());
        ensure!(letters == ["A", "B"]);
        ensure!(second.line.new_letter(station(1)).await?.letter == "C", "a forked file gets another");
        let seen = first.line.list_devices().await?;
        ensure!(seen.len() == 2 && seen.iter().all(|d| d.id != other.id));
        ensure!(first.line.invite(&second_desk(2)).await == Err(HubError::Refused(Problem::NotAllowed)));
        ensure!(first.line.revoke(other.id).await == Err(HubError::Refused(Problem::NotFound)));
        Ok(())
    })
}

#[test]
fn a_code_works_once_for_fifteen_minutes_and_five_tries() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let invite = Invite { role: DeviceRole::District, station: None, may_read_party: true };
        let (id, key, line) = hub.stranger()?;
        let code = hub.code(&invite)?;
        ensure!(matches!(line.enroll(&enroll(id, &key, &code, None)).await?, EnrollAnswer::Enrolled(_)));
        ensure!(matches!(line.enroll(&enroll(id, &key, &code, None)).await?, EnrollAnswer::Enrolled(_)), "answer lost");
        ensure!(hub.join(&code, None).await.is_err(), "used up by another");
        let late = hub.code(&invite)?;
        hub.turn_ms(INVITATION_MINUTES * 60_000);
        ensure!(hub.join(&late, None).await.is_err(), "too old");
        let code = hub.code(&invite)?;
        let last = if code.ends_with('0') { '1' } else { '0' };
        let wrong = format!("{}{last}", &code[..9]);
        for _ in 0..INVITATION_TRIES {
            ensure!(hub.join(&wrong, None).await.is_err());
        }
        ensure!(hub.join(&code, None).await.is_err(), "the right code after five wrong ones");
        Ok(())
    })
}

#[test]
fn a_taken_station_or_device_is_refused_and_the_code_stays_good() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let first = hub.join_station(1).await?;
        let code = hub.code(&Invite { role: DeviceRole::Station, station: None, may_read_party: false })?;
        let (id, key, line) = hub.stranger()?;
        for taken in [(station(1), "GX09".to_owned()), (station(9), "GX01".to_owned())] {
            ensure!(line.enroll(&enroll(id, &key, &code, Some(taken))).await? == EnrollAnswer::StationTaken);
        }
        ensure!(line.enroll(&enroll(id, &key, &code, None)).await? == EnrollAnswer::StationMissing);
        let new = Some((station(9), "GX09".to_owned()));
        ensure!(line.enroll(&enroll(first.id, &key, &code, new.clone())).await? == EnrollAnswer::DeviceTaken);
        ensure!(matches!(line.enroll(&enroll(id, &key, &code, new)).await?, EnrollAnswer::Enrolled(_)));
        Ok(())
    })
}

#[test]
fn keys_go_to_whom_they_are_wrapped_for_and_only_from_who_has_them() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let (first, other, office) =
            (hub.join_station(1).await?, hub.join_station(2).await?, hub.join_district().await?);
        let invite = Invite { role: DeviceRole::Station, station: Some(station(1)), may_read_party: false };
        let mate = hub.join(&hub.code(&invite)?, None).await?;
        let of = |partition, to| Envelope { partition, key_id: 1, to, sealed: Sealed(vec![1, 2, 3]) };
        let own = Partition::Station(station(1));
        let to_mate = of(own, EnvelopeTo::Device(mate.id));
        let refused = Err(HubError::Refused(Problem::NotAllowed));
        for (why, asker, envelope) in [
            ("a key of another station", &other, to_mate.clone()),
            ("a desk of another station", &first, of(own, EnvelopeTo::Device(other.id))),
            ("what all may see, to another station", &first, of(Partition::Shared, EnvelopeTo::Device(other.id))),
            ("what all may see, to the district", &first, of(Partition::Shared, EnvelopeTo::Device(office.id))),
            ("a key of another station from the office", &office, of(own, EnvelopeTo::Device(other.id))),
            ("another station's keys for the office", &other, of(own, EnvelopeTo::Office(station(1)))),
        ] {
            ensure!(asker.line.put_envelopes(vec![envelope]).await == refused, "{why}");
        }
        let board = of(Partition::Board(station(1)), EnvelopeTo::Device(mate.id));
        first
            .line
            .put_envelopes(vec![to_mate.clone(), of(own, EnvelopeTo::Recovery(station(1))), board.clone()])
            .await?;
        let mut got = mate.line.list_envelopes().await?;
        got.sort_by_key(|envelope| envelope.partition);
        ensure!(got == [to_mate.clone(), board], "{got:?}");
        ensure!(first.line.list_envelopes().await?.is_empty());
        let for_office = of(own, EnvelopeTo::Office(station(1)));
        first.line.put_envelopes(vec![for_office.clone()]).await?;
        ensure!(office.line.list_envelopes().await? == [for_office] && other.line.list_envelopes().await?.is_empty());
        office.line.put_envelopes(vec![to_mate, of(Partition::Shared, EnvelopeTo::Device(other.id))]).await?;
        Ok(())
    })
}

#[test]
fn what_waits_for_a_joiner_is_given_to_whoever_used_the_invitation() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let (first, other) = (hub.join_station(1).await?, hub.join_station(2).await?);
        let invite = Invite { role: DeviceRole::Station, station: Some(station(1)), may_read_party: false };
        let invitation = first.line.invite(&invite).await?;
        let to = EnvelopeTo::Invited(invitation.id);
        let waiting =
            Envelope { partition: Partition::Station(station(1)), key_id: 1, to, sealed: Sealed(vec![1, 2, 3]) };
        let refused = Err(HubError::Refused(Problem::NotAllowed));
        ensure!(other.line.put_envelopes(vec![waiting.clone()]).await == refused, "of another station");
        let board = Envelope { partition: Partition::Board(station(2)), ..waiting.clone() };
        ensure!(other.line.put_envelopes(vec![board]).await == refused, "for another station's joiner");
        first.line.put_envelopes(vec![waiting.clone()]).await?;
        ensure!(first.line.list_envelopes().await?.is_empty() && other.line.list_envelopes().await?.is_empty());
        let joiner = hub.join(&invitation.code, None).await?;
        ensure!(joiner.line.list_envelopes().await? == [waiting]);
        hub.outside.0.fetch_add((INVITATION_MINUTES + 1) * 60_000, std::sync::atomic::Ordering::Relaxed);
        first.line.invite(&invite).await?;
        ensure!(joiner.line.list_envelopes().await?.is_empty(), "it goes with its invitation");
        Ok(())
    })
}

#[test]
fn the_recovery_key_brings_a_station_back_when_its_last_pc_burnt() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let first = hub.join_station(1).await?;
        let wrapped = Envelope {
            partition: Partition::Station(station(1)),
            key_id: 1,
            to: EnvelopeTo::Recovery(station(1)),
            sealed: Sealed(vec![4; 40]),
        };
        first.line.put_envelopes(vec![wrapped.clone()]).await?;
        let proof = Hash([5; 32]);
        let proof_hash = Hash(*blake3::hash(&proof.0).as_bytes());
        first.line.put_recovery(&PutRecovery { station: station(1), proof_hash }).await?;
        let (device, key, line) = hub.stranger()?;
        let joiner = enroll(device, &key, "", None);
        let mut recover = Recover {
            version: joiner.version,
            proof: proof_hash,
            device,
            signing_key: joiner.signing_key,
            wrapping_key: joiner.wrapping_key,
            name: joiner.name,
        };
        ensure!(line.recover(&recover).await? == RecoverAnswer::Unknown, "the hash is not the proof");
        recover.proof = proof;
        for _ in 0..2 {
            let RecoverAnswer::Recovered { membership, envelopes, .. } = line.recover(&recover).await? else {
                anyhow::bail!("not recovered")
            };
            ensure!(membership.letter == "B" && membership.code == "GX01" && envelopes == [wrapped.clone()]);
        }
        ensure!(line.list_devices().await?.len() == 2);
        Ok(())
    })
}

#[test]
fn an_erase_order_counts_only_by_the_signature_of_who_may_give_it() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let (first, other) = (hub.join_station(1).await?, hub.join_station(2).await?);
        let order = |id| EraseOrder {
            id: Id([id; 16]),
            partition: Partition::Station(station(1)),
            subjects: vec![Id([9; 16])],
            ordered_at: 1,
            device: Id::default(),
            signature: Vec::new(),
        };
        let foreign = other.line.sign(order(1));
        ensure!(other.line.erase(&foreign).await == Err(HubError::Refused(Problem::NotAllowed)));
        let changed = EraseOrder { subjects: vec![Id([8; 16])], ..first.line.sign(order(2)) };
        ensure!(first.line.erase(&changed).await == Err(HubError::Refused(Problem::WrongSignature)));
        ensure!(first.line.erase(&foreign).await == Err(HubError::Refused(Problem::NotAllowed)), "another's order");
        first.line.erase(&first.line.sign(order(3))).await?;
        Ok(())
    })
}

#[test]
fn a_revoked_device_is_out_at_once_and_the_others_go_on() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let first = hub.join_station(1).await?;
        let second = hub.join(&first.line.invite(&second_desk(1)).await?.code, None).await?;
        second.line.list_devices().await?;
        ensure!(first.line.revoke(second.id).await?.revoked_at.is_some());
        ensure!(second.line.list_devices().await == Err(HubError::Revoked));
        ensure!(second.line.invite(&second_desk(1)).await == Err(HubError::Revoked));
        ensure!(first.line.list_devices().await?.len() == 2);
        Ok(())
    })
}
