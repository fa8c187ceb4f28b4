package dev.ramtide.deploy.simulate.mutant;

import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/** Instructions that forget a guest's marks, each in a state of a capture through the host. */
final class Marks {
  private static final String CAPTURE = "dev/ramtide/producer/capture/HostCapture$";
  private static final String GUEST = "dev/ramtide/producer/capture/HostGuest";
  private static final String TRACKER = "dev/ramtide/producer/memory/PageTracker";

  private Marks() {}

  /** Of the tracker on top of the stack, which stays there. */
  static List<AbstractInsnNode> clear() {
    return List.of(new InsnNode(Opcodes.DUP), clearing());
  }

  static List<AbstractInsnNode> clearWhileRunning() {
    return List.of(self(), field("Running", "guest", "L" + GUEST + ";"), tracker(), clearing());
  }

  static List<AbstractInsnNode> clearOfCleared() {
    return List.of(
        self(),
        field("Cleared", "before", "L" + CAPTURE + "Standing;"),
        field("Standing", "guest", "L" + GUEST + ";"),
        tracker(),
        clearing());
  }

  private static AbstractInsnNode self() {
    return new VarInsnNode(Opcodes.ALOAD, 0);
  }

  private static AbstractInsnNode field(String state, String name, String type) {
    return new FieldInsnNode(Opcodes.GETFIELD, CAPTURE + state, name, type);
  }

  private static AbstractInsnNode tracker() {
    return new MethodInsnNode(
        Opcodes.INVOKEVIRTUAL, GUEST, "tracker", "()L" + TRACKER + ";", false);
  }

  private static AbstractInsnNode clearing() {
    return new MethodInsnNode(Opcodes.INVOKEINTERFACE, TRACKER, "clear", "()V", true);
  }
}
