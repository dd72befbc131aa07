"""Compare a folder of restored images with their targets.

    mmrestore measure RESTORED TARGET
    mmrestore measure RESTORED TARGET --protocol sr4 --metrics PSNR SSIM LPIPS --output results
    mmrestore measure RESTORED TARGET --pattern '{}_restored'

Images may come from any program. Images of the same name are compared; file extensions may differ.
A protocol defines channels, border and alignment of PSNR and SSIM and is printed with the means.
With --output DIR the values of all images are written to DIR/images.csv, means and protocols to
DIR/results.json (docs/metrics.md).
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_device


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('restored', help='folder of the restored images')
    parser.add_argument('target', help='folder of the targets')
    parser.add_argument(
        '--protocol',
        default='rgb',
        metavar='NAME',
        help='rgb (the default), y, denoising, sidd, deblurring, realblur, sr2, sr3 or sr4',
    )
    parser.add_argument(
        '--metrics',
        nargs='+',
        default=['PSNR', 'SSIM'],
        metavar='NAME',
        help='PSNR and SSIM (the default), LPIPS, NIQE, or metrics of torchmetrics such as '
        'MS-SSIM, DISTS and FID',
    )
    parser.add_argument(
        '--crop-border',
        type=int,
        metavar='PIXELS',
        help='border excluded by PSNR, SSIM and NIQE, instead of the border of the protocol',
    )
    parser.add_argument(
        '--pattern',
        default='{}',
        help="name pattern of the restored images, if it differs from the targets': '{}_ours'",
    )
    parser.add_argument(
        '--target-pattern', default='{}', help='name pattern of the targets, such as {}_clean'
    )
    parser.add_argument(
        '--partial', action='store_true', help='skip targets without a restored image'
    )
    parser.add_argument(
        '--color',
        choices=['same', 'rgb', 'gray'],
        default='same',
        help='convert images to RGB or gray on reading; no conversion by default',
    )
    parser.add_argument(
        '--name', help='name of the data set in the results; the folder name by default'
    )
    parser.add_argument('--output', metavar='DIR', help='folder for images.csv and results.json')
    add_device(parser)


def run(options: argparse.Namespace) -> None:
    """Compare the images and print protocols and means."""
    from mmrestore.apis import measure

    measured = measure(
        options.restored,
        options.target,
        protocol=options.protocol,
        metrics=options.metrics,
        crop_border=options.crop_border,
        pattern=options.pattern,
        target_pattern=options.target_pattern,
        partial=options.partial,
        color=options.color,
        name=options.name,
        output=options.output,
        device=options.device,
    )
    for metric in measured.metrics:
        print(metric.announcement())
    left_out = measured.left_out
    images = f'{measured.num_images} image{"s" * (measured.num_images != 1)}'
    print(images + (f', targets without a restored image: {left_out}' if left_out else ''))
    width = max(map(len, measured.means))
    for name, mean in measured.means.items():
        print(f'{name:{width}}  {mean:9.4f}')
    if options.output is not None:
        print(f'written to {options.output}: images.csv, results.json')
