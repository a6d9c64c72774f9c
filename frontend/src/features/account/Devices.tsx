import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import type { Device } from "../../api/types";
import { locale } from "../../browser/preferences";
import { Facts } from "../../ui/Facts";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { when } from "../../ui/when";
import { signOut } from "./account";
import { deviceName } from "./device";
import { accountText } from "./texts";

export function Devices() {
  const devices = useSignal<Device[] | null>(null);
  const { busy, error, run } = useAction();
  const load = async () => {
    devices.value = (await api("GET /auth/sessions")).sessions;
  };
  useEffect(() => void run(load), []);
  const end = (id: number) =>
    run(async () => {
      await api("DELETE /auth/sessions/{id}", { params: { id } });
      await load();
    });
  const text = accountText();
  return (
    <Section title={text.devices} lead={text.devicesLead}>
      <ul class="rows">
        {devices.value?.map((device) => (
          <li key={device.id}>
            <div>
              <strong>{deviceName(device.device)}</strong>
              <small>
                <Facts
                  of={[
                    device.address,
                    device.current ? text.thisDevice : text.lastUsed(when(device.last_used_at, locale.value)),
                  ]}
                />
              </small>
            </div>
            {!device.current && (
              <button
                class="button"
                disabled={busy.value}
                onClick={() => void end(device.id)}
                aria-label={`${text.signOut}: ${deviceName(device.device)}`}
              >
                {text.signOut}
              </button>
            )}
          </li>
        ))}
      </ul>
      {!devices.value && !error.value && <span class="skeleton row-skeleton" />}
      <Problem text={error.value?.text} />
      <button class="button" onClick={() => void run(() => signOut(true))}>
        {text.signOutAll}
      </button>
    </Section>
  );
}
