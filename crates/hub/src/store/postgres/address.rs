//! The address of a database as operators know it from PostgreSQL's own programs, with or without TLS. An encrypted line is
//! always one to a server that is known: `sslmode=require` names the certificate in `sslrootcert`.

use crate::store::Failed;
use postgres::Config;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

pub struct Address {
    pub config: Config,
    pub tls: Option<Tls>,
}

#[derive(Clone)]
pub struct Tls {
    pub connect: MakeRustlsConnect,
    /// The certificate (PEM) that the server's own must come from.
    pub root: PathBuf,
}

impl Address {
    pub fn parse(text: &str) -> Result<Self, Failed> {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut kept, mut mode, mut root) = (Vec::new(), "", None);
        for parameter in query.split('&').filter(|p| !p.is_empty()) {
            match parameter.split_once('=') {
                Some(("sslmode", value)) => mode = value,
                Some(("sslrootcert", value)) => root = Some(PathBuf::from(value)),
                _ => kept.push(parameter),
            }
        }
        let tls = match (mode, root) {
            ("" | "disable", None) => None,
            ("" | "require" | "verify-full", Some(root)) => Some(Tls::from(root)?),
            ("require" | "verify-full", None) => {
                return Err(Failed::Broken(
                    "sslmode needs sslrootcert=FILE, the certificate by which the database is known".into(),
                ));
            }
            _ => return Err(Failed::Broken("sslmode is disable, require or verify-full".into())),
        };
        kept.push(if tls.is_some() { "sslmode=require" } else { "sslmode=disable" });
        let config = Config::from_str(&format!("{base}?{}", kept.join("&")));
        Ok(Self { config: config.map_err(|_| Failed::Broken("no address of a database".into()))?, tls })
    }
}

impl Tls {
    fn from(root: PathBuf) -> Result<Self, Failed> {
        let failed = |e: &dyn std::fmt::Display| Failed::Broken(format!("reading {}: {e}", root.display()));
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(&root).map_err(|e| failed(&e))? {
            roots.add(certificate.map_err(|e| failed(&e))?).map_err(|e| failed(&e))?;
        }
        if roots.is_empty() {
            return Err(failed(&"no certificate stands there"));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|e| failed(&e))?.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { connect: MakeRustlsConnect::new(config), root })
    }
}

#[cfg(test)]
mod tests {
    use super::Address;
    use postgres::config::SslMode;

    fn refusal(text: &str) -> String {
        Address::parse(text).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn an_encrypted_line_to_nobody_in_particular_is_refused() {
        assert!(refusal("postgres://hub@db/hub?sslmode=require").contains("sslrootcert"));
        assert!(refusal("postgres://hub@db/hub?sslmode=prefer").contains("sslmode is"));
        assert!(refusal("postgres://hub@db/hub?sslmode=disable&sslrootcert=x").contains("sslmode is"));
        assert!(refusal("postgres://hub@db/hub?sslrootcert=nowhere.pem").contains("nowhere.pem"));
    }

    #[test]
    fn without_a_word_about_it_the_line_is_plain() {
        let address = Address::parse("postgres://hub@db/hub?application_name=here").unwrap();
        assert!(address.tls.is_none());
        assert_eq!(address.config.get_ssl_mode(), SslMode::Disable);
        assert_eq!(address.config.get_application_name(), Some("here"));
    }
}
