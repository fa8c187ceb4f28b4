package dev.ramtide.deploy.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * What a guest is to be.
 *
 * @param pflash whether it starts from flash memory, with a second flash beside it for variables
 * @param rng whether it has one more virtio device
 * @param arguments further words of QEMU's command line, such as a kernel or a disk
 */
public record GuestSpec(
    Machine machine,
    int memoryMib,
    GuestProgram program,
    boolean pflash,
    boolean rng,
    List<String> arguments) {
  public GuestSpec {
    arguments = List.copyOf(arguments);
  }

  public GuestSpec(Machine machine, int memoryMib, GuestProgram program) {
    this(machine, memoryMib, program, false, false, List.of());
  }

  public GuestSpec withPflash() {
    return new GuestSpec(machine, memoryMib, program, true, rng, arguments);
  }

  public GuestSpec withRng() {
    return new GuestSpec(machine, memoryMib, program, pflash, true, arguments);
  }

  /** The same with more words on QEMU's command line. */
  public GuestSpec withArguments(String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return new GuestSpec(machine, memoryMib, program, pflash, rng, all);
  }

  public long memoryBytes() {
    return (long) memoryMib << 20;
  }
}
