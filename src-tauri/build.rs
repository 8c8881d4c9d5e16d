fn main() {
    tauri_build::try_build(
        tauri_build::Attributes::new().app_manifest(tauri_build::AppManifest::new().commands(&["call", "zoom"])),
    )
    .expect("tauri.conf.json and the capabilities are well-formed");
}
