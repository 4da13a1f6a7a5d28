import { Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import { useSession } from "../api/session";
import { ChangePasswordForm } from "./ChangePasswordForm";

export default function ChangePasswordDialog({ onClose }: { onClose: () => void }) {
  const { user } = useSession();
  const done = () => {
    notifications.show({ message: "Your password is changed. Your other sessions have ended." });
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title="Change Password">
      <ChangePasswordForm user={user.name} onDone={done} />
    </Modal>
  );
}
