package dev.ramtide.deploy.demo;

/**
 * What a guest is to be.
 *
 * @param pflash whether it starts from flash memory, with a second flash beside it for variables
 * @param rng whether it has one more virtio device
 */
public record GuestSpec(
    Machine machine, int memoryMib, GuestProgram program, boolean pflash, boolean rng) {
  public GuestSpec(Machine machine, int memoryMib, GuestProgram program) {
    this(machine, memoryMib, program, false, false);
  }

  public GuestSpec withPflash() {
    return new GuestSpec(machine, memoryMib, program, true, rng);
  }

  public GuestSpec withRng() {
    return new GuestSpec(machine, memoryMib, program, pflash, true);
  }

  public long memoryBytes() {
    return (long) memoryMib << 20;
  }
}
