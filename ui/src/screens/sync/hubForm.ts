// What is asked to reach a hub, as it is typed and as it is sent. Sends nothing.

export type HubForm = { address: string; code: string; device_name: string };
export const CODE_CHARS = 10;

export const emptyHubForm = (): HubForm => ({ address: "", code: "", device_name: "" });

/** As a browser would understand it: without a scheme it is meant encrypted. */
export function toAddress(typed: string): string {
  const plain = typed.normalize("NFKC").replace(/\s/g, "").replace(/\/+$/, "");
  return plain === "" || /^[a-z]+:\/\//i.test(plain) ? plain : `https://${plain}`;
}

/** Capital letters and digits, however it was read aloud and typed. */
export function toCode(typed: string): string {
  return typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "");
}

export function isWhole({ address, code, device_name }: HubForm): boolean {
  return toAddress(address) !== "" && toCode(code).length === CODE_CHARS && device_name.trim() !== "";
}

export function toHubRequest({ address, code, device_name }: HubForm): HubForm {
  return { address: toAddress(address), code: toCode(code), device_name: device_name.trim() };
}

/** In two groups, as it is read aloud. */
export function spelled(code: string): string[] {
  return code.match(/.{1,5}/g) ?? [];
}
