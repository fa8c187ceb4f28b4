package dev.ramtide.producer.qmp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Ramtide asks of QEMU, with types. Any thread may call; all methods throw as {@link
 * QmpCommands#execute} does.
 */
public final class Qemu {
  /** What QEMU answers where no balloon is there to be asked. */
  private static final Set<String> NO_BALLOON =
      Set.of("DeviceNotActive", "KVMMissingCap", "CommandNotFound");

  private final QmpCommands client;

  public Qemu(QmpCommands client) {
    this.client = client;
  }

  public RunState runState() throws IOException, InterruptedException {
    QmpObject reply = client.execute("query-status");
    return new RunState(reply.text("status"), reply.flag("running"));
  }

  public void stop() throws IOException, InterruptedException {
    client.execute("stop");
  }

  public void cont() throws IOException, InterruptedException {
    client.execute("cont");
  }

  /** Every migration capability that this QEMU has, and whether it is on. */
  public Map<String, Boolean> capabilities() throws IOException, InterruptedException {
    Map<String, Boolean> capabilities = new LinkedHashMap<>();
    for (QmpObject entry : client.execute("query-migrate-capabilities").objects("list")) {
      capabilities.put(entry.text("capability"), entry.flag("state"));
    }
    return capabilities;
  }

  /** Sets all of them at once: QEMU checks the set that results, not the steps to it. */
  public void setCapabilities(Map<String, Boolean> capabilities)
      throws IOException, InterruptedException {
    List<Map<String, Object>> list = new ArrayList<>();
    capabilities.forEach((name, on) -> list.add(Map.of("capability", name, "state", on)));
    client.execute("migrate-set-capabilities", Map.of("capabilities", list));
  }

  public QmpObject parameters() throws IOException, InterruptedException {
    return client.execute("query-migrate-parameters");
  }

  public void setParameters(Map<String, ?> parameters) throws IOException, InterruptedException {
    client.execute("migrate-set-parameters", parameters);
  }

  /** Begins a migration; returns before it connects. */
  public void migrate(String uri) throws IOException, InterruptedException {
    client.execute("migrate", Map.of("uri", uri));
  }

  public MigrationState migration() throws IOException, InterruptedException {
    return MigrationState.of(client.execute("query-migrate"));
  }

  /** Whether a stream of this machine ends with the description of its devices. */
  public boolean describesDevices() throws IOException, InterruptedException {
    Map<String, String> property = Map.of("path", "/machine", "property", "suppress-vmdesc");
    return !client.execute("qom-get", property).flag("flag");
  }

  /** Where every RAMBlock lies in QEMU's process, those too that do not migrate. */
  public List<HostRamBlock> ramBlocks() throws IOException, InterruptedException {
    Map<String, String> line = Map.of("command-line", "info ramblock");
    return HostRamBlock.parse(client.execute("human-monitor-command", line).text("text"));
  }

  /**
   * Has the device state of a guest that stands written to a file: header, FULL sections, end mark;
   * no RAM, no description. QEMU returns when all of it is there.
   *
   * <p>The command has Xen in its name and needs none of it. Not {@code live}: that would let go of
   * the disks of a guest that stands, as if it were to run elsewhere.
   *
   * @param file absolute; QEMU creates or truncates it
   */
  public void saveDeviceState(String file) throws IOException, InterruptedException {
    client.execute("xen-save-devices-state", Map.of("filename", file, "live", false));
  }

  /**
   * A device that takes memory away from the guest and gives back zeros, of which the host's kernel
   * keeps no mark: balloon or virtio-mem.
   */
  public Optional<String> memoryDiscardingDevice() throws IOException, InterruptedException {
    for (QmpObject device : client.execute("query-memory-devices").objects("list")) {
      if (device.text("type").equals("virtio-mem")) {
        return Optional.of("virtio-mem");
      }
    }
    try {
      client.execute("query-balloon");
      return Optional.of("a balloon");
    } catch (QmpException e) {
      if (!NO_BALLOON.contains(e.errorClass())) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** Lets a migration go on that waits in status {@code pre-switchover}. */
  public void continueMigration() throws IOException, InterruptedException {
    client.execute("migrate-continue", Map.of("state", "pre-switchover"));
  }

  /** Asks a migration to end; without one it does nothing. */
  public void cancelMigration() throws IOException, InterruptedException {
    client.execute("migrate_cancel");
  }
}
