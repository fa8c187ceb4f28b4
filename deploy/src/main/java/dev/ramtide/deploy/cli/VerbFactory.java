package dev.ramtide.deploy.cli;

import dev.ramtide.deploy.incoming.QmpIncoming;
import dev.ramtide.sink.cli.RestoreCommand;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * Makes the verbs, and joins the two sides where one needs the other: a restore drives QEMU by the
 * producer's QMP.
 */
final class VerbFactory implements IFactory {
  private final IFactory others = CommandLine.defaultFactory();

  @Override
  public <K> K create(Class<K> type) throws Exception {
    return type == RestoreCommand.class
        ? type.cast(new RestoreCommand(QmpIncoming::connect))
        : others.create(type);
  }
}
