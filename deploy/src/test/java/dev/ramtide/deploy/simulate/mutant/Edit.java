package dev.ramtide.deploy.simulate.mutant;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/** One change of a method's instructions; returns how many places it changed. */
interface Edit {
  int apply(MethodNode method);

  /**
   * A call that is made without effect: its arguments are dropped, and 0 or nothing is its result.
   */
  static Edit dropCall(String called) {
    return method -> {
      List<MethodInsnNode> calls = calls(method, called);
      calls.forEach(call -> replaceByNothing(method, call));
      return calls.size();
    };
  }

  /** As {@link #dropCall}, of the first such call alone. */
  static Edit dropFirstCall(String called) {
    return method -> {
      List<MethodInsnNode> calls = calls(method, called);
      calls.stream().findFirst().ifPresent(call -> replaceByNothing(method, call));
      return Math.min(1, calls.size());
    };
  }

  /** Another method with the same signature is called. */
  static Edit callInstead(String called, String other) {
    return method -> {
      List<MethodInsnNode> calls = calls(method, called);
      calls.forEach(call -> call.name = other);
      return calls.size();
    };
  }

  /** A comparison jumps by another rule. */
  static Edit jumpInstead(int opcode, int other) {
    return method -> {
      int count = 0;
      for (AbstractInsnNode node : method.instructions.toArray()) {
        if (node instanceof JumpInsnNode jump && jump.getOpcode() == opcode) {
          jump.setOpcode(other);
          count++;
        }
      }
      return count;
    };
  }

  /** Something is done with the last argument before a call. */
  static Edit beforeCall(String called, Supplier<List<AbstractInsnNode>> nodes) {
    return method -> {
      List<MethodInsnNode> calls = calls(method, called);
      for (MethodInsnNode call : calls) {
        nodes.get().forEach(node -> method.instructions.insertBefore(call, node));
      }
      return calls.size();
    };
  }

  /** Something is done after a call that returns nothing. */
  static Edit afterCall(String called, Supplier<List<AbstractInsnNode>> nodes) {
    return method -> {
      List<MethodInsnNode> calls = calls(method, called);
      for (MethodInsnNode call : calls) {
        InsnList after = new InsnList();
        nodes.get().forEach(after::add);
        method.instructions.insert(call, after);
      }
      return calls.size();
    };
  }

  /** One after the other. */
  static Edit both(Edit first, Edit second) {
    return method -> first.apply(method) + second.apply(method);
  }

  /** The method does nothing but this. */
  static Edit body(AbstractInsnNode... nodes) {
    return method -> {
      method.instructions.clear();
      method.tryCatchBlocks.clear();
      method.localVariables.clear();
      Arrays.stream(nodes).forEach(method.instructions::add);
      return 1;
    };
  }

  private static List<MethodInsnNode> calls(MethodNode method, String called) {
    return Arrays.stream(method.instructions.toArray())
        .filter(MethodInsnNode.class::isInstance)
        .map(MethodInsnNode.class::cast)
        .filter(call -> call.name.equals(called))
        .toList();
  }

  private static void replaceByNothing(MethodNode method, MethodInsnNode call) {
    InsnList instead = new InsnList();
    Type[] arguments = Type.getArgumentTypes(call.desc);
    for (int i = arguments.length - 1; i >= 0; i--) {
      instead.add(new InsnNode(arguments[i].getSize() == 2 ? Opcodes.POP2 : Opcodes.POP));
    }
    if (call.getOpcode() != Opcodes.INVOKESTATIC) {
      instead.add(new InsnNode(Opcodes.POP));
    }
    switch (Type.getReturnType(call.desc).getSort()) {
      case Type.VOID -> {}
      case Type.INT, Type.BOOLEAN -> instead.add(new InsnNode(Opcodes.ICONST_0));
      case Type.LONG -> instead.add(new InsnNode(Opcodes.LCONST_0));
      default -> throw new IllegalArgumentException("nothing instead of " + call.desc);
    }
    method.instructions.insert(call, instead);
    method.instructions.remove(call);
  }
}
