import { useSignal } from "@preact/signals";
import { t } from "../i18n";
import { Field, type FieldProps } from "./Field";
import { IconButton } from "./IconButton";

export function PasswordField(props: FieldProps) {
  const shown = useSignal(false);
  return (
    <Field
      {...props}
      type={shown.value ? "text" : "password"}
      end={
        <IconButton
          icon="eye"
          class={shown.value ? "on" : ""}
          label={shown.value ? t().common.hidePassword : t().common.showPassword}
          onClick={() => (shown.value = !shown.value)}
        />
      }
    />
  );
}
