package dev.ramtide.deploy.simulate.mutant;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * All classes of ours once more, one method of one of them with a fault. The code that is shipped
 * knows nothing of it.
 */
final class Mutant extends ClassLoader {
  private final Fault fault;
  private int edited;

  /**
   * Where and how.
   *
   * @param className without the package of us all
   * @param methods names of those that get it
   * @param places how many are edited in all
   */
  record Fault(String className, Set<String> methods, int places, Edit edit) {
    Fault(String className, String method, Edit edit) {
      this(className, Set.of(method), 1, edit);
    }

    String fullName() {
      return "dev.ramtide." + className;
    }
  }

  Mutant(Fault fault) {
    super(Mutant.class.getClassLoader());
    this.fault = fault;
  }

  /** Places that the fault was put into; known when the class was loaded. */
  int edited() {
    return edited;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      // What Avro generates stays as it is: its library knows one class of each name.
      if (!name.startsWith("dev.ramtide.") || name.startsWith("dev.ramtide.wire.avro.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      return known == null ? define(name) : known;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in =
        Objects.requireNonNull(
            getParent().getResourceAsStream(name.replace('.', '/') + ".class"), name)) {
      byte[] bytes = in.readAllBytes();
      byte[] own = name.equals(fault.fullName()) ? edit(bytes) : bytes;
      return defineClass(name, own, 0, own.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private byte[] edit(byte[] bytes) {
    ClassNode node = new ClassNode();
    new ClassReader(bytes).accept(node, 0);
    for (MethodNode method : node.methods) {
      if (fault.methods().contains(method.name)) {
        edited += fault.edit().apply(method);
      }
    }
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    node.accept(writer);
    return writer.toByteArray();
  }
}
