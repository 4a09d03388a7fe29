"""Reads an event file with TensorBoard's own code, and writes what its tabs would show as JSON.

    python tools/oracles/tensorboard_events.py [FOLDER [OUT.json]]

FOLDER is that of a run, by default the example run whose records are committed beside the test; the event file in it is
what `write_events.ts` made of them. `scalars`, `texts` and `images` are what EventAccumulator has; `hparams` is what the
HPARAMS tab asks its backend for, `session` what the session's events say.
"""

import argparse
import hashlib
import json
import math
import shutil
import tempfile
from pathlib import Path

import tensorboard
from tensorboard import context as tb_context
from tensorboard.backend.event_processing import data_provider, event_accumulator, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups, metadata
from tensorboard.plugins.text import metadata as text_metadata
from tensorboard.util import tensor_util

REPOSITORY = Path(__file__).resolve().parents[2]
ORACLES = REPOSITORY / "packages/report/src/tensorboard/oracles"
EVERYTHING = {kind: 0 for kind in (event_accumulator.SCALARS, event_accumulator.IMAGES, event_accumulator.TENSORS)}


def read(folder):
    """Everything by tag, nothing left out by sampling."""
    events = event_accumulator.EventAccumulator(str(folder), size_guidance=EVERYTHING)
    events.Reload()
    return events


def scalars(events):
    return {
        tag: [[each.step, each.value, each.wall_time] for each in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }


def texts(events):
    tags = events.PluginTagToContent(text_metadata.PLUGIN_NAME)
    return {
        tag: [
            [each.step, [text.decode() for text in tensor_util.make_ndarray(each.tensor_proto)]]
            for each in events.Tensors(tag)
        ]
        for tag in tags
    }


def images(events):
    return {
        tag: [
            {
                "step": each.step,
                "width": each.width,
                "height": each.height,
                "sha256": hashlib.sha256(each.encoded_image_string).hexdigest(),
                "description": events.SummaryMetadata(tag).summary_description,
            }
            for each in events.Images(tag)
        ]
        for tag in events.Tags()["images"]
    }


def provider_of(folder):
    """Of the runs in a folder: of one that is the log directory itself the tab finds no metrics."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance={"scalars": 0})
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    return data_provider.MultiplexerDataProvider(multiplexer, str(folder))


def hparams(folder):
    """Hyper-parameters with their types, and the sessions with their final metrics, as the tab gets them."""
    with tempfile.TemporaryDirectory() as logs:
        shutil.copytree(folder, Path(logs) / "run")
        return hparams_in(Path(logs))


def hparams_in(folder):
    context = backend_context.Context(base_plugin.TBContext(data_provider=provider_of(folder), logdir=str(folder)))
    request = tb_context.RequestContext()
    found = context.hparams_metadata(request, "")
    experiment = context.experiment_from_metadata(
        request, "", True, found, context.hparams_from_data_provider(request, "", 0)
    )
    groups = list_session_groups.Handler(
        request,
        context,
        "",
        api_pb2.ListSessionGroupsRequest(
            start_index=0,
            slice_size=100,
            allowed_statuses=list(range(4)),
            include_metrics=True,
            col_params=[api_pb2.ColParams(hparam=info.name) for info in experiment.hparam_infos],
        ),
    ).run()
    return {
        "types": {info.name: api_pb2.DataType.Name(info.type) for info in experiment.hparam_infos},
        "metrics": sorted(f"{info.name.group}|{info.name.tag}" for info in experiment.metric_infos),
        "groups": [
            {
                "hparams": {name: plain(value) for name, value in sorted(group.hparams.items())},
                "sessions": [
                    {
                        "status": api_pb2.Status.Name(session.status),
                        "startSeconds": session.start_time_secs,
                        "endSeconds": session.end_time_secs,
                        "metrics": {
                            each.name.tag: [each.training_step, each.value]
                            for each in sorted(session.metric_values, key=lambda each: each.name.tag)
                            if not math.isnan(each.value)
                        },
                    }
                    for session in group.sessions
                ],
            }
            for group in groups.session_groups
        ],
    }


def plain(value):
    return getattr(value, value.WhichOneof("kind"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=ORACLES)
    parser.add_argument("out", type=Path, nargs="?", default=ORACLES / "tensorboard.json")
    options = parser.parse_args()
    events = read(options.folder)
    found = {
        "tensorboard": tensorboard.__version__,
        "fileVersion": events.file_version,
        "firstTimestamp": events.FirstEventTimestamp(),
        "scalars": scalars(events),
        "texts": texts(events),
        "images": images(events),
        "plugins": {
            name: sorted(events.PluginTagToContent(name))
            for name in (text_metadata.PLUGIN_NAME, metadata.PLUGIN_NAME)
        },
        "hparams": hparams(options.folder),
    }
    options.out.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    print(f"{len(found['scalars'])} scalars, {len(found['texts'])} texts, {len(found['images'])} images")


if __name__ == "__main__":
    main()
