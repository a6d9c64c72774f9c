import { useEffect } from "preact/hooks";
import type { Setting } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { Choice } from "../../../ui/Choice";
import { Field } from "../../../ui/Field";
import { Section } from "../../../ui/Section";
import { TextBox } from "../../../ui/TextBox";
import { whole } from "../../usage/money";
import { useWork } from "../calls";
import { Failed } from "../Failed";
import { Place } from "../Place";
import { Waiting } from "../Waiting";
import { Row } from "./Row";
import { loadSettings, type Name, settings, type Value } from "./settings";
import { text as texts } from "./texts";
import "./settings.css";

const MOST_CHARACTERS = 500;
const MOST_DAYS = 36_500;
const MOST_MESSAGES = 1_000_000_000;

/** What can be changed of the server while it runs. */
export function Settings() {
  const text = texts();
  const { error, run } = useWork();
  const load = () => void run(loadSettings);
  useEffect(load, []);
  const known = settings.value;
  /** With another value, it begins anew. */
  const one = (name: Name) => {
    const setting = known!.get(name)!;
    return { key: `${setting.source} ${setting.value}`, setting };
  };
  return (
    <Place section="settings">
      <p class="lead setting-lead">{text.lead}</p>
      {error.value && <Failed text={error.value.text} onRetry={load} />}
      {!known && !error.value && <Waiting rows={5} />}
      {known && (
        <>
          <Section title={text.accounts}>
            <Chosen {...one("registration")} label={text.registration} options={text.ways} help={text.wayHelp} />
            <Switch {...one("require_verified_email")} label={text.verified} help={text.verifiedHelp} />
          </Section>
          <Section title={text.banner} lead={text.bannerHelp}>
            <Words {...one("banner_zh")} label={text.zh} />
            <Words {...one("banner_en")} label={text.en} />
          </Section>
          <Section title={text.chats}>
            <Count
              {...one("retention_days")}
              label={text.retention}
              help={text.retentionHelp}
              least={1}
              most={MOST_DAYS}
            />
            <Count
              {...one("default_model_daily_messages")}
              label={text.daily}
              help={text.dailyHelp}
              least={0}
              most={MOST_MESSAGES}
            />
            <Chosen {...one("shares")} label={text.shares} options={text.shareWays} help={text.shareHelp} />
          </Section>
        </>
      )}
    </Place>
  );
}

interface Of {
  setting: Setting;
  label: string;
}

function Chosen({
  setting,
  label,
  options,
  help,
}: Of & { options: Record<string, string>; help: Record<string, string> }) {
  return (
    <Row setting={setting} called={(value) => options[String(value)] ?? String(value)}>
      {(value, onValue) => (
        <>
          <Choice label={label} value={String(value)} options={offered(setting, options)} onChange={onValue} />
          <p class="note">{help[String(value)]}</p>
        </>
      )}
    </Row>
  );
}

/** What is set elsewhere is shown alone. */
function offered({ source, value }: Setting, options: Record<string, string>): [string, string][] {
  return Object.entries(options).filter(([name]) => source !== "environment" || name === String(value));
}

function Switch({ setting, label, help }: Of & { help: string }) {
  const options: Record<string, string> = texts().switch;
  const nameOf = (value: Value) => (value ? "on" : "off");
  return (
    <Row setting={setting} called={(value) => options[nameOf(value)]!}>
      {(value, onValue) => (
        <>
          <Choice
            label={label}
            value={nameOf(value)}
            options={offered({ ...setting, value: nameOf(setting.value) }, options)}
            onChange={(chosen) => onValue(chosen === "on")}
          />
          <p class="note">{help}</p>
        </>
      )}
    </Row>
  );
}

function Words({ setting, label }: Of) {
  const text = texts();
  const isFixed = setting.source === "environment";
  return (
    <Row
      setting={setting}
      called={String}
      wrong={(value) => (String(value ?? "").length > MOST_CHARACTERS ? text.tooLong(MOST_CHARACTERS) : null)}
    >
      {(value, onValue, error) => (
        <TextBox
          label={label}
          rows={2}
          readOnly={isFixed}
          value={String(value ?? "")}
          error={error}
          onValue={(typed) => onValue(typed.trim() ? typed : null)}
        />
      )}
    </Row>
  );
}

function Count({ setting, label, help, least, most }: Of & { help: string; least: number; most: number }) {
  const number = (value: number) => whole(value, locale.value);
  const isGood = (value: Value) => typeof value === "number" && value >= least && value <= most;
  return (
    <Row
      setting={setting}
      called={(value) => number(Number(value))}
      wrong={(value) => (value === null || isGood(value) ? null : texts().wrong(number(least), number(most)))}
    >
      {(value, onValue, error) => (
        <Field
          label={label}
          hint={help}
          autocomplete="off"
          maxLength={12}
          value={String(value ?? "")}
          error={error}
          input={{ inputMode: "numeric", readOnly: setting.source === "environment" }}
          onValue={(typed) => onValue(/^\d+$/.test(typed.trim()) ? Number(typed) : typed)}
        />
      )}
    </Row>
  );
}
