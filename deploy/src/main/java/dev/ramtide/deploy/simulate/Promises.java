package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.deploy.simulate.disk.SimDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks after every event whether the promises hold, and what they would be if power was lost now.
 */
final class Promises {
  /** Before one of so many changes of the disk it is supposed that power is lost. */
  private static final int CHANGES_BETWEEN_CRASHES = 6;

  private final SimWorld world;
  private final LogView log;
  private final ImageCheck check;
  private final TableWatch tables;
  private final GuestCheck guest;
  private long changesSeen = -1;
  private @Nullable InvariantViolation broken;
  private long checks;
  private long crashes;

  Promises(SimWorld world) {
    this.world = world;
    this.log = new LogView(world.cluster(), world.guest().pageBytes());
    this.check = new ImageCheck(world.guest(), log);
    this.guest = new GuestCheck(world);
    this.tables = new TableWatch(world.cluster(), log);
    world.disk().beforeChange(this::supposeBeforeChange);
  }

  GuestCheck guest() {
    return guest;
  }

  LogView log() {
    return log;
  }

  ImageCheck imageCheck() {
    return check;
  }

  long checks() {
    return checks;
  }

  long crashes() {
    return crashes;
  }

  /** In the midst of whatever a process does: what it broke is said by the next look. */
  private void supposeBeforeChange() {
    if (world.random().nextInt(CHANGES_BETWEEN_CRASHES) == 0 && broken == null) {
      SimDisk supposed = world.disk().copy();
      supposed.crash(world.random()::nextInt);
      try {
        observe();
        check(world.site(supposed));
      } catch (InvariantViolation violation) {
        broken = violation;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      crashes++;
    }
  }

  /** After any event. */
  void look() throws IOException {
    if (broken != null) {
      throw broken;
    }
    guest.look();
    log.refresh();
    if (world.disk().changes() != changesSeen) {
      changesSeen = world.disk().changes();
      check(observe());
      checks++;
    }
  }

  /** Learns what is new on disk and in the log. */
  private SiteView observe() throws IOException {
    log.refresh();
    SiteView site = world.site(world.disk());
    tables.look(site);
    return site;
  }

  private Optional<CheckpointManifest> check(SiteView site) throws IOException {
    check.bounded(site);
    check.vouched(site, tables.begins());
    return check.check(site);
  }

  /** Power was lost: what was not forced may have gone back. */
  void powerWasLost() throws IOException {
    tables.powerWasLost(world.site(world.disk()));
  }
}
